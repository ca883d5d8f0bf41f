"""The event door: what the shop's server and pages tell of customers."""
