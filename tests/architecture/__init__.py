"""The shape of the house: rooms, floors, sizes, cleanliness."""
