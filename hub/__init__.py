"""The hub: one ordered mailbox per customer, and everything that happens to it."""
