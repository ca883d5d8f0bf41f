"""What the routes are asked and answer; records, lines and messages are the model's."""
