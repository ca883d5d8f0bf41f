"""From a message to a channel's calls, step by step down to what it can show."""
