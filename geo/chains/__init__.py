"""A service handed on from stage to stage: the chain, worked out for a world."""
