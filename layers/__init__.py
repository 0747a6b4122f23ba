"""What we are told: the plan, the layers it names, and what was wrong with them.

`read_plan` and `read_layers` are the two ways in. Importing this package does nothing else.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.layer import Layer as Layer
    from layers.layer import Layers as Layers
    from layers.plan import Plan as Plan
    from layers.planreading import read_plan as read_plan
    from layers.problems import InputError as InputError
    from layers.problems import LayerError as LayerError
    from layers.problems import PlanError as PlanError
    from layers.problems import PlannerError as PlannerError
    from layers.problems import Problem as Problem
    from layers.reading import read_layers as read_layers

_HOMES = {
    "Layer": "layers.layer",
    "Layers": "layers.layer",
    "Plan": "layers.plan",
    "read_plan": "layers.planreading",
    "InputError": "layers.problems",
    "LayerError": "layers.problems",
    "PlanError": "layers.problems",
    "PlannerError": "layers.problems",
    "Problem": "layers.problems",
    "read_layers": "layers.reading",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that `coverplan --help` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'layers' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
