"""Frozen values, ports and errors: no I/O, no clock, known by every other room."""
