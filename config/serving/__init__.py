"""A hub running: its web side and its worker side, started in order and stopped in order."""
