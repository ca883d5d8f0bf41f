"""Whole ways through every channel that has a stand-in, and the page with its customers' phones."""
