"""Everything that can happen to a customer, as it comes in."""
