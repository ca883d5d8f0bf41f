"""What the commands beside a running hub do: customers, users, accounts, journeys, files, backup."""
