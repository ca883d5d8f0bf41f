"""Taking turns: the chain of pure steps, their outcome, and the steps every house has."""
