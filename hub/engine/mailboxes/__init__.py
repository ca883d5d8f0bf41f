"""Mailboxes in the hands of their owner: lanes, batches, turns, commits, and pushes to other mailboxes."""
