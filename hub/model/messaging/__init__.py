"""What is said: messages, what they offer, their deliveries, corrections, comments and ends."""
