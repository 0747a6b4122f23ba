"""Long hunts for faults, each one command; their last figures are what docs/reliability.md is made of."""
