"""Words as text: folded to be compared, measured, searched for phone numbers."""
