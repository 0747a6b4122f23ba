"""Rule types by name, through the entry-point group `coverplan.rules`: this room knows that they are options to be typed,
and nothing of what they compute."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any

from pydantic import BeforeValidator, SerializeAsAny, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

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


def _typed(value: object) -> object:
    """Return a rule that stands inside another one, typed by its own type; faults are told at their own place."""
    if not isinstance(value, Mapping):
        return value
    name = value.get("type")
    if name not in rule_type_names():
        choices = {"choices": ", ".join(rule_type_names())}
        wrong = InitErrorDetails(
            type=PydanticCustomError("plan.not_one_of", "type", choices), loc=("type",), input=name
        )
        raise ValidationError.from_exception_data("part", [wrong])
    return rule_type(str(name)).model_validate(value)


PART_SCHEMA: dict[str, Any] = {"title": "Part", "type": "object"}

# A rule inside another rule: a mapping with a `type` and the options of that type.
Part = Annotated[SerializeAsAny[RuleOptions], BeforeValidator(_typed), WithJsonSchema(PART_SCHEMA)]
