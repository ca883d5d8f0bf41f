"""`hub parse` and `hub preview`: a channel tried without a house."""
