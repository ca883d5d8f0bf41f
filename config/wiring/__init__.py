"""The parts of a hub put together: heart, steps of a turn, web chat, live feed, files, the lookout."""
