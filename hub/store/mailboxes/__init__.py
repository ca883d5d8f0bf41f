"""What the workers live on: partitions, mailboxes, deliveries, who holds what."""
