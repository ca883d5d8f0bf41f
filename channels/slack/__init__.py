"""Slack: events, commands, Socket Mode."""
