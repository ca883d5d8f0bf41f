"""Stored values to bytes and back, over versions."""
