"""A customer is forgotten: nothing of them is left in store, archive and files."""
