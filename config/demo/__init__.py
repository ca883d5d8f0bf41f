"""`hub demo`: the sample shop with its clock, its past, its people and its phones."""
