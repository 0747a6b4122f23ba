"""What we hand over: the gap map, the report, the tables, and the command that makes them."""
