"""What the hub tells of its own troubles: rules, book, words."""
