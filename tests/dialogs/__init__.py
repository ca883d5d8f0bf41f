"""What the dialogs understand and answer."""
