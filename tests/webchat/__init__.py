"""The plain web chat, from its frames to a real browser."""
