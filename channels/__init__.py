"""One file per channel: a provider's requests become our events, our messages become its calls."""
