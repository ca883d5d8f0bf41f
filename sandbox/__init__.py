"""Stand-ins for the providers: try every channel without an account; the tests' and the bench's counterpart."""
