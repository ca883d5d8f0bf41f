"""The archive on both databases."""
