"""Points that must be watched, and what watches them."""
