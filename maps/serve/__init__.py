"""The same page, live: what-if on the planner's own machine, and the results as a service that QGIS opens."""
