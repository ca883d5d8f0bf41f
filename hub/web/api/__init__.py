"""The API: one table of routes, served and described."""
