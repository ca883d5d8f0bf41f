"""The application on its port, with health, metrics and the screens."""
