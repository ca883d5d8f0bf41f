"""Walks through the house in a real browser: each is a test, and with an album in hand the tour of docs/tour."""
