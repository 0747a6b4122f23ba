"""Assets and devices that have to be seen to."""
