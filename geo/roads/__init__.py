"""What roads are asked to be, who depends on them, and where they should lead."""
