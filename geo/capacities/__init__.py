"""Facilities shared by those around them."""
