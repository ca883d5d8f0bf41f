"""The live feed of the consoles: what happens, who is here, who types."""
