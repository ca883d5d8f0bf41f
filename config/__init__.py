"""The composition root: settings, secrets, wiring and the command `hub`; knows all rooms and is known by none."""
