"""From the text of plan.yaml to a Plan, with every fault at once and each at its line and column."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from layers import library
from layers.decoding import decoded
from layers.kinds import KINDS
from layers.marked import Marked, located, read_marked
from layers.marked import Path as Keys
from layers.options import RuleOptions
from layers.plan import LayerSpec, Plan, Settings
from layers.problems import PlanError, Problem
from layers.ruletypes import rule_type, rule_type_names
from layers.text import Text, say

_PARTS = ("plan", "layers", "rules")


def read_plan(file: Path | str) -> Plan:
    """Return the plan in that file; raises PlanError with every fault in it as `file:line:column`."""
    path = Path(file)
    text = _text(path)
    reader = _Reader(path.name, read_marked(text))
    settings, layers, rules = reader.settings(), reader.layers(), reader.rules()
    if reader.problems or settings is None:
        raise PlanError(problem for _, problem in sorted(reader.problems, key=lambda found: found[0]))
    return Plan(settings, layers, tuple(rules), path.parent, path.name, text)


def _text(path: Path) -> str:
    try:
        return decoded(path.read_bytes())[0].replace("\r\n", "\n")
    except FileNotFoundError:
        raise PlanError([Problem(str(path), say("plan.no_file"), say("plan.start_one"))]) from None
    except UnicodeDecodeError:
        raise PlanError([Problem(str(path), say("plan.not_text"), say("plan.save_utf8"))]) from None
    except OSError as error:
        raise PlanError(
            [Problem(str(path), say("plan.cannot_open", cause=error.strerror or ""), say("plan.check_path"))]
        ) from None


class _Reader:
    """One pass over a marked document; collects problems with their places."""

    def __init__(self, file: str, marked: Marked) -> None:
        self.file, self.marked = file, marked
        self.problems = [(place, located(file, place, what, fix)) for place, what, fix in marked.problems]
        self.data: Mapping[str, Any] = self._whole()

    def _whole(self) -> Mapping[str, Any]:
        data = self.marked.data
        if data is None and self.problems:
            return {}
        if not isinstance(data, dict):
            self._problem((), say("plan.not_a_plan"), say("plan.start_one"))
            return {}
        for key in data:
            if key not in _PARTS:
                self._problem((key,), say("plan.unknown_key", key=key), _suggest(key, _PARTS), at_key=True)
        for key in _PARTS:
            if not data.get(key):
                self._problem((), say("plan.missing_key", key=key), say("plan.add_key", key=key))
        return data

    def _problem(self, path: Keys, what: Text, fix: Text, *, at_key: bool = False) -> None:
        place = self.marked.key_place(path) if at_key else self.marked.place(path)
        self.problems.append((place, located(self.file, place, what, fix)))

    def settings(self) -> Settings | None:
        """Return the `plan:` part typed, or None if it has faults."""
        if "plan" not in self.data:
            return None
        found = self._typed(Settings, self.data["plan"], ("plan",))
        if isinstance(found, Settings) and found.profile not in library.profiles():
            self._problem(
                ("plan", "profile"),
                say("plan.unknown_profile", profile=found.profile),
                _suggest(found.profile, library.profiles()),
            )
        return found if isinstance(found, Settings) else None

    def layers(self) -> dict[str, LayerSpec]:
        """Return the layer entries that could be typed, by name."""
        entries = self._mapping("layers")
        result: dict[str, LayerSpec] = {}
        for name, entry in entries.items():
            spec = self._typed(LayerSpec, entry, ("layers", name))
            if isinstance(spec, LayerSpec):
                result[name] = spec
                self._check_columns(name, spec)
        return result

    def _check_columns(self, name: str, spec: LayerSpec) -> None:
        known = [column.name for column in KINDS[spec.kind].columns]
        for column in spec.columns:
            if column not in known:
                what = say("plan.unknown_column", column=column, kind=spec.kind)
                self._problem(("layers", name, "columns", column), what, _suggest(column, known), at_key=True)

    def _mapping(self, part: str) -> Mapping[str, Any]:
        value = self.data.get(part)
        if value is None or isinstance(value, dict):
            return value or {}
        self._problem((part,), say("plan.want_mapping", key=part), say("plan.see_example"))
        return {}

    def rules(self) -> list[RuleOptions]:
        """Return the rules that could be typed, library rules filled in."""
        entries = self.data.get("rules") or []
        if not isinstance(entries, list):
            self._problem(("rules",), say("plan.want_list", key="rules"), say("plan.see_example"))
            return []
        result: list[RuleOptions] = []
        seen: dict[str, int] = {}
        for i, entry in enumerate(entries):
            rule = self._rule(entry, ("rules", i))
            if rule is None:
                continue
            if rule.id in seen:
                self._problem(
                    ("rules", i, "id"),
                    say("plan.duplicate_rule", id=rule.id, first=seen[rule.id]),
                    say("plan.rename_rule"),
                )
            seen.setdefault(rule.id, self.marked.place(("rules", i))[0])
            result.append(rule)
        return result

    def _rule(self, entry: object, path: Keys) -> RuleOptions | None:
        if not isinstance(entry, dict):
            self._problem(path, say("plan.want_mapping", key="rules"), say("plan.see_example"))
            return None
        options = self._from_library(entry, path) if isinstance(entry.get("id"), str) else dict(entry)
        if options is None:
            return None
        name = options.get("type")
        if name not in rule_type_names():
            self._unknown_type(entry, name, path)
            return None
        found = self._typed(rule_type(str(name)), options, path)
        return found if isinstance(found, RuleOptions) else None

    def _from_library(self, entry: dict[str, Any], path: Keys) -> dict[str, Any] | None:
        """Return the entry over the library rule of its id, or the entry itself if the library has none."""
        plan = self.data.get("plan")
        profile = plan.get("profile") if isinstance(plan, dict) else None
        base = library.rules(profile if profile in library.profiles() else library.DEFAULT_PROFILE).get(entry["id"])
        if base is None:
            return dict(entry)
        if entry.get("type", base["type"]) != base["type"]:
            self._problem(
                (*path, "type"),
                say("plan.library_id_taken", id=entry["id"], type=base["type"]),
                say("plan.rename_rule"),
            )
            return None
        return library.overridden(base, {**library.norm_after(base, entry), **entry})

    def _unknown_type(self, entry: dict[str, Any], name: object, path: Keys) -> None:
        if name is None and isinstance(entry.get("id"), str):
            known = tuple(library.rules(library.DEFAULT_PROFILE))
            self._problem(
                (*path, "id"),
                say("plan.unknown_rule", id=entry["id"]),
                _suggest(entry["id"], known, say("plan.give_type")),
            )
        elif name is None:
            self._problem(path, say("plan.rule_without_id"), say("plan.give_id"))
        else:
            self._problem((*path, "type"), say("plan.unknown_type", type=name), _suggest(str(name), rule_type_names()))

    def _typed(self, model: type[BaseModel], value: object, path: Keys) -> BaseModel | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._explain(model, detail, path, value)
            return None

    def _explain(self, model: type[BaseModel], detail: ErrorDetails, path: Keys, value: object) -> None:
        loc = (*path, *detail["loc"])
        key, kind = str(loc[-1]), detail["type"]
        if loc not in self.marked.values and (*path, key) in self.marked.values:
            loc = (*path, key)  # an option of a library rule's part stands in the plan as one of the rule's own
        if kind == "extra_forbidden":
            known = _fields(model, detail["loc"], value)
            self._problem(loc, say("plan.unknown_key", key=key), _suggest(key, known), at_key=True)
        elif kind == "missing":
            self._problem(loc[:-1], say("plan.missing_key", key=key), say("plan.add_key", key=key))
        else:
            what, fix = _fault(kind, key, detail)
            self._problem(loc, what, fix)


_WANT = {
    "float": "plan.want_number",
    "int": "plan.want_whole_number",
    "bool": "plan.want_yes_no",
    "date": "plan.want_date",
    "string": "plan.want_text",
    "model": "plan.want_mapping_here",
    "dict": "plan.want_mapping_here",
    "list": "plan.want_list_here",
    "tuple": "plan.want_list_here",
    "finite": "plan.want_number",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "≥"),
    "less_than_equal": ("le", "≤"),
    "greater_than": ("gt", ">"),
    "less_than": ("lt", "<"),
}


def _fault(kind: str, key: str, detail: ErrorDetails) -> tuple[Text, Text]:
    """Return what is wrong and how to put it right, for one of pydantic's error types or one of our own (`plan.…`)."""
    value, context = _shown(detail["input"]), detail.get("ctx", {})
    if kind in _BOUNDS:
        name, sign = _BOUNDS[kind]
        return say("plan.out_of_bounds", key=key, value=value), say(
            "plan.bound", key=key, sign=sign, bound=float(context[name])
        )
    if kind == "literal_error":
        return say("plan.not_allowed", key=key, value=value), say(
            "plan.one_of", words=str(context["expected"]).replace(" or ", ", ")
        )
    if kind == "plan.not_one_of":
        words = str(context["choices"]).split(", ")
        return say("plan.not_allowed", key=key, value=value), _suggest(value, words)
    if kind == "plan.where_wrong":
        return context["what"], say("plan.where_grammar")
    if kind.startswith("plan."):
        return say(kind, key=key, value=value), say(f"{kind}_fix")
    if kind == "string_too_short":
        return say("plan.empty", key=key), say("plan.add_key", key=key)
    want = _WANT.get(kind.partition("_")[0], "plan.want_other")
    return say("plan.wrong_value", key=key, value=value), say(want, key=key)


def _shown(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _fields(model: type[BaseModel], loc: tuple[int | str, ...], value: object) -> tuple[str, ...]:
    """Return the keys that may stand beside the last one of `loc`, following it down nested models and rules in `value`."""
    for step in loc[:-1]:
        known = isinstance(value, Mapping) or (isinstance(value, list) and isinstance(step, int))
        value = value[step] if known and not (isinstance(value, Mapping) and step not in value) else None  # type: ignore[index]
        if isinstance(step, int):
            model = _type_named(value) or model
            continue
        inner = model.model_fields.get(step)
        models = (
            [] if inner is None else [option for option in _within(inner.annotation) if issubclass(option, BaseModel)]
        )
        if not models:
            return ()
        model = models[0]
    return tuple(model.model_fields)


def _type_named(value: object) -> type[BaseModel] | None:
    name = value.get("type") if isinstance(value, Mapping) else None
    return rule_type(str(name)) if name in rule_type_names() else None


def _within(annotation: object) -> Iterator[type]:
    """Yield the classes that an annotation speaks of, inside lists and choices."""
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from _within(part)


def _suggest(word: str, words: tuple[str, ...] | list[str], otherwise: Text | None = None) -> Text:
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return say("plan.did_you_mean", word=close[0])
    return otherwise or say("plan.one_of", words=", ".join(words))
