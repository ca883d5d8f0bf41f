"""A small shop to try the hub with: products, cart, checkout with a test payment, accounts, and the port the hub asks for orders."""
