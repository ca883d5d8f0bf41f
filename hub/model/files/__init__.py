"""Files on their way: what is taken, what is wanted, and the links that lend them."""
