"""Where a hub keeps things: the server, the store over its links, the archive and its bucket."""
