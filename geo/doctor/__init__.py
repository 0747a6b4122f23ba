"""How the layers of a plan fit each other: what no single row shows, and a run would quietly take for the truth."""
