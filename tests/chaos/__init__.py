"""Chaos: real processes killed, frozen and cut off under load by a schedule drawn from a seed; then everything is counted."""
