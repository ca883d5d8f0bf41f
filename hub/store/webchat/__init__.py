"""Web chat's logs, and who is signed in there."""
