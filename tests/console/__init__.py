"""The console: the files the browser gets, and the screens in a real browser against a real hub."""
