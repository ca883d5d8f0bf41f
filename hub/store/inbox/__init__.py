"""The inbox of the shop's people: its views, its cards, who waits, who is here."""
