"""From the plan's layer entries to checked layers in one metric CRS."""

from __future__ import annotations

from layers.layer import Layers
from layers.plan import Plan


def read_layers(plan: Plan) -> Layers:
    """Return every layer of the plan, checked; raises LayerError with every fault that stops the run."""
    raise NotImplementedError
