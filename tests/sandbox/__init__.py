"""The stand-ins must behave as their providers do, or every test against them is worth nothing."""
