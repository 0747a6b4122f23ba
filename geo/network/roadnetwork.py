"""RoadNetwork: the one object the rest of coverplan asks for distances."""

from __future__ import annotations


class RoadNetwork:
    """Roads as nodes and edges."""
