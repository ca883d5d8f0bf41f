"""Connections to Redis-compatible servers: one, a Sentinel's master, or a Cluster."""
