"""The hub watches itself and looks at its channel accounts."""
