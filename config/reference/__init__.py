"""The reference of all settings, as data: what each is called, how it is read, and what docs/settings.md says of it."""
