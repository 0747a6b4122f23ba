"""One file a rule type, found through the entry-point group `coverplan.rules`."""
