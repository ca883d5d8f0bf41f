"""The inbox as consoles see it, and the words by which it is searched."""
