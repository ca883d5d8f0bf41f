"""`hub check`: what is looked at, and each finding with its remedy."""
