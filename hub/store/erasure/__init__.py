"""Finding and wiping whatever lies beside an erased customer's record."""
