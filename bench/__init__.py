"""How fast the hub is, against how fast it could be: `python -m bench`."""
