"""What the hub asks of a channel, and what it knows of one: rates, windows, prices, exchanges, looks."""
