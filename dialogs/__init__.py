"""Dialogs: what the bot understands and answers, as pure steps of a turn."""
