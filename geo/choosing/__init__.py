"""Choosing among projects by what they add: as arrays, as a mixed-integer program, and under thousands of weights at once."""
