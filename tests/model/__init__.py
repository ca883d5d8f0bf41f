"""The values by themselves."""
