"""Channels: the same contract for all, and what is each one's own."""
