"""Measures along lines: what is covered of them, what is left, and what stands on them."""
