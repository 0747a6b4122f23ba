"""Roads as a network: exact distances from edge to edge, with both access legs."""

from geo.network.roadnetwork import RoadNetwork
from geo.network.snap import MAX_SNAP_M, Snapped

__all__ = ["MAX_SNAP_M", "RoadNetwork", "Snapped"]
