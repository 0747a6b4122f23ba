"""`coverplan rules`: the library of rules, with norms and marks."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

from layers import library
from layers.options import Norm, Title
from layers.problems import InputError, Problem
from layers.text import Language, say
from maps.screen import table

Options = Mapping[str, Any]


def rules(what: str, id_: str | None, language: Language, *, profile: str | None, as_json: bool) -> int:
    """Print all rules of a profile, one of them, or the JSON Schema of plan.yaml; return the exit code.

    Raises InputError if there is no such profile, no such rule, or nothing of that name to show.
    """
    if what == "schema" and id_ is None:
        from layers.planschema import json_schema

        print(json.dumps(json_schema(), ensure_ascii=False, indent=1))
        return 0
    found = library.rules(_profile(profile))
    if what == "list" and id_ is None:
        print(json.dumps(found, ensure_ascii=False, indent=1, default=dict) if as_json else _listed(found, language))
    elif what == "show" and id_ is not None:
        rule = _one(found, id_)
        print(json.dumps(rule, ensure_ascii=False, indent=1, default=dict) if as_json else _page(rule, language))
    else:
        raise InputError([Problem("coverplan rules", say("cli.rules_misused"), say("cli.rules_how"))])
    return 0


def _profile(name: str | None) -> str:
    if name is not None and name not in library.profiles():
        known = ", ".join(library.profiles())
        raise InputError(
            [Problem("--profile", say("plan.unknown_profile", profile=name), say("plan.one_of", words=known))]
        )
    return name or library.DEFAULT_PROFILE


def _one(found: Mapping[str, Options], id_: str) -> Options:
    if id_ in found:
        return found[id_]
    near = difflib.get_close_matches(id_.upper(), found, n=1, cutoff=0.0)
    raise InputError([Problem(id_, say("cli.no_such_rule"), say("cli.mean_rule", id=near[0]))])


def _listed(found: Mapping[str, Options], language: Language) -> str:
    head = [say(f"tables.col_{name}").in_(language) for name in ("rule_id", "severity", "rule", "norm", "mark")]
    rows = []
    for id_, rule in found.items():
        norm = Norm(**rule["norm"])
        rows.append([id_, rule.get("severity", "B"), Title(**rule["title"]).in_(language), norm.text, norm.mark])
    marks = "\n".join(say(f"tables.mark_{mark}").in_(language) for mark in ("V", "V2", "S", "U", "I"))
    return f"{table(head, rows)}\n\n{marks}\n{say('report.norms_note').in_(language)}"


def _page(rule: Options, language: Language) -> str:
    norm, cost = Norm(**rule["norm"]), rule.get("cost")
    lines = [f"{rule['id']}  {Title(**rule['title']).in_(language)}"]
    lines.append(say("cli.rule_norm", norm=norm.text, mark=say(f"tables.mark_{norm.mark}")).in_(language))
    lines.append(say(f"tables.severity_{rule.get('severity', 'B')}").in_(language))
    if cost:
        unit = say(f"tables.unit_{cost['per']}")
        values = {name: cost.get(name, 0) for name in ("low", "mid", "high", "yearly")}
        lines.append(say("cli.rule_cost", unit=unit, life=cost.get("life_years", 10), **values).in_(language))
    shown_apart = {"id", "title", "norm", "severity", "cost"}
    lines += ["", say("cli.rule_options").in_(language)]
    for name, value in rule.items():
        if name not in shown_apart:
            lines += _option(name, value)
    return "\n".join(lines)


def _option(name: str, value: object) -> list[str]:
    """Return one line, or for the parts of a combined rule one each."""
    if not (isinstance(value, list) and value and isinstance(value[0], Mapping)):
        return [f"  {name}: {value}"]
    return [f"  {name}:", *("    - " + ", ".join(f"{key}: {one}" for key, one in part.items()) for part in value)]
