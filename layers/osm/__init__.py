"""Layers from an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz): a first picture of any town, with what the map lacks
left blank rather than taken for absent."""
