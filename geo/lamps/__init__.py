"""Streets and the lamps that light them."""
