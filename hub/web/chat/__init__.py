"""The web chat: its page and widget, over a WebSocket or plain requests, and its files."""
