"""Rule types by name, through the entry-point group `coverplan.rules`: this room knows that they are options to be typed,
and nothing of what they compute."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from layers.options import RuleOptions

GROUP = "coverplan.rules"


@cache
def _found() -> dict[str, EntryPoint]:
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def rule_type_names() -> tuple[str, ...]:
    """Return the names of all rule types that are installed, sorted."""
    return tuple(_found())


def rule_type(name: str) -> type[RuleOptions]:
    """Return the rule type of that name; KeyError if none is installed, TypeError if it is not a rule type."""
    found = _found()[name].load()
    if not (isinstance(found, type) and issubclass(found, RuleOptions)):
        raise TypeError(f"the entry point {name} of {GROUP} is not a subclass of RuleOptions")
    return found
