"""What one may type after `hub …`: light to load; what a command needs is imported when it runs."""
