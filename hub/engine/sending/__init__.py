"""Deliveries on their way out: lanes, leave for each call, retries, ends; gestures beside them."""
