"""Channel accounts, their tokens, and what went over them."""
