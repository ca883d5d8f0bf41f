"""The marketers' side: carts, journeys, the gate, and the door events come in by."""
