"""The web chat, where the hub is the provider: frames, signed logins, links to go on elsewhere."""
