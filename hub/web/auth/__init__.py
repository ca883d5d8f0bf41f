"""Who a request is of, and whether they may: bearer tokens, sessions, browsers that are known."""
