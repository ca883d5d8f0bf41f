"""What happens to an event and to a delivery."""
