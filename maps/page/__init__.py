"""The gap map: one HTML file that needs nothing else."""
