"""Marketers' rooms: what may be sent unasked, to whom and when."""
