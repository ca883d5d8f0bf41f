"""Channel accounts: which kinds there are, what they get from the house, and the accounts of this process as they come and go."""
