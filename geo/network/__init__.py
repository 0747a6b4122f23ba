"""Roads as a network: exact distances from edge to edge, with both access legs."""

from geo.network.roadnetwork import RoadNetwork

__all__ = ["RoadNetwork"]
