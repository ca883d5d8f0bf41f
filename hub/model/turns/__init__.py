"""A turn, and the journal of what turns decided."""
