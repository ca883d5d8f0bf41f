"""The shop itself: its hours, its people, its queue."""
