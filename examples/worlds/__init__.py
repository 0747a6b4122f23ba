"""A seeded generator of rural townships, counties and provinces that look real and belong to nobody."""

from examples.worlds.size import SCALES, Size
from examples.worlds.world import make_world
from examples.worlds.write import write_world

__all__ = ["SCALES", "Size", "make_world", "write_world"]
