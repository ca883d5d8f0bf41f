"""Reading streams of the store, waiting for them, and putting aside what cannot be read."""
