"""The providers' door: webhooks in, by a way that costs little."""
