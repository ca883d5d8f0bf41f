"""One module a revision: frozen once released, so it says its tables anew instead of importing the schema."""
