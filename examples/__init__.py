"""Worlds to try coverplan on: a generator of any size, and one bundled town."""
