"""The default rules and profiles, as data: `rules.yaml` and `profiles.yaml` beside this file.

Each rule is what a planner could have written in plan.yaml, with its titles, norm and mark, severity and cost. A profile
changes some numbers of some rules; a plan changes what it likes after that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from layers.options import RuleOptions
from layers.ruletypes import rule_type, rule_type_names

DEFAULT_PROFILE = "township-rural"

# Options of which a rule has exactly one: giving the one replaces the other.
_ALTERNATIVES = ({"cutoff_m", "cutoff_min"},)
# Mappings filled in key by key; any other value is replaced whole.
_MERGED = {"title", "norm", "cost"}


@cache
def _data(name: str) -> Mapping[str, Any]:
    import yaml

    text = files("layers.library").joinpath(name).read_text(encoding="utf-8")
    data: Mapping[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return data


def profiles() -> tuple[str, ...]:
    """Return the names of the profiles."""
    return tuple(_data("profiles.yaml"))


def profile_title(profile: str) -> Mapping[str, str]:
    """Return the profile's title in zh and en; KeyError if there is no such profile."""
    title: Mapping[str, str] = _data("profiles.yaml")[profile]["title"]
    return title


@cache
def rules(profile: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the library's rules by id as that profile has them; KeyError if there is no such profile."""
    return {
        id_: overridden({"id": id_, "topics": topics(id_), **rule}, changes(profile).get(id_, {}))
        for id_, rule in sorted(_data("rules.yaml").items())
    }


def changes(profile: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what the profile changes, by rule id; KeyError if there is no such profile."""
    found: Mapping[str, Mapping[str, Any]] = _data("profiles.yaml")[profile].get("rules", {})
    return found


def topics(rule_id: str) -> tuple[str, ...]:
    """Return what people call about who mean that rule of the library."""
    return next((tuple(words) for key, words in _data("topics.yaml").items() if rule_id.startswith(key)), ())


def overridden(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rule with the changes made: a change of type drops the options of the old type.

    An option that a rule made of others does not have itself is one of its parts': all that have it are changed.
    """
    if "type" in changes and changes["type"] != base["type"]:
        base = {
            key: value for key, value in base.items() if key in _MERGED | {"id", "severity", "topics", "department"}
        }
    result = dict(base)
    for key, parts in result.items():
        if _are_parts(parts):
            inner = {name: value for name, value in changes.items() if name not in rule_type(base["type"]).model_fields}
            found = [_part_with(part, inner) for part in parts]
            result[key] = [part for part, _ in found]
            taken = set[str]().union(*(names for _, names in found))
            changes = {name: value for name, value in changes.items() if name not in taken}
    for names in _ALTERNATIVES:
        if names & set(changes):
            result = {key: value for key, value in result.items() if key not in names}
    for key, value in changes.items():
        both = key in _MERGED and isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = {**result[key], **value} if both else value
    return result


def norm_after(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the norm of a library rule of which a plan changes numbers without saying where they come from, if it does.

    A clause says nothing of another number than its own: such a rule is the plan's choice, mark I.
    """
    apart = set(RuleOptions.model_fields)
    said = [f"{name} {value}" for name, value in changes.items() if name not in apart and _is_other(base, name, value)]
    if not said or "norm" in changes:
        return {}
    return {"norm": {"text": f"{base['norm']['text']}（本计划改为 {', '.join(said)}）", "mark": "I"}}


def _is_other(base: Mapping[str, Any], name: str, value: object) -> bool:
    """Return whether the value is a number, and none that the rule or a part of it gives that option."""
    try:
        number = float(str(value))
    except ValueError:
        return False
    parts = [part for parts in base.values() if _are_parts(parts) for part in parts]
    return all(not isinstance(one.get(name), int | float) or one[name] != number for one in (base, *parts))


def _are_parts(value: object) -> bool:
    """Return whether these are rules inside another rule: each names its type."""
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(one, Mapping) and "type" in one for one in value)
    )


def _part_with(part: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[Mapping[str, Any], set[str]]:
    """Return the part with those of the changes that are options of its type, or of a part of its own, and their names."""
    known = set(rule_type(part["type"]).model_fields) if part["type"] in rule_type_names() else set()
    deeper = any(_are_parts(value) for value in part.values())
    own = {name: value for name, value in changes.items() if name in known or deeper}
    return (overridden(part, own), set(own)) if own else (part, set())
