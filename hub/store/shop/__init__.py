"""What the shop's own people have set: users, journeys, alerts."""
