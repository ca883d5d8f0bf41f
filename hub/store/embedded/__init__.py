"""The embedded server: a Valkey or Redis of our own, one per data folder."""
