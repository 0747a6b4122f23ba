"""A folder of results as the ledger sees it: whether it is as it was written, what it stands for, and its gaps with places."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.closing import CheckedRun
from geo.followup import Judged, SeenGap, judged_rule
from layers.ledger.event import canonical
from layers.options import Title
from layers.problems import InputError, Problem
from layers.text import LANGUAGES, Language, say

if TYPE_CHECKING:
    import pandas as pd

    from maps.kept import KeptGap

# What the rules ask, and not how they are called or ranked: a changed title changes no verdict.
_NOT_ASKED = frozenset({"title", "norm", "cost", "weight", "severity"})


@dataclass(frozen=True)
class SeenRun:
    """A folder of results, read: `run` is what tasks are held against, `kept` its gaps by id with all their places."""

    folder: Path
    run: CheckedRun
    language: Language
    name: str
    titles: Mapping[str, Title]
    severities: Mapping[str, str]
    gaps: pd.DataFrame
    projects: pd.DataFrame
    coverage: pd.DataFrame
    units: Mapping[str, str]
    kept: Mapping[str, KeptGap]

    @property
    def package(self) -> Path:
        """The GeoPackage of the run."""
        return self.folder / "result.gpkg"


def seen_run(out: Path) -> SeenRun:
    """Return a folder of results; raises InputError if coverplan did not write it, or a table was changed afterwards."""
    from maps.kept import kept_gaps
    from maps.tables import read_csv

    record = _record(out)
    try:
        _refuse_changed(out, record["outputs"])
        tables = {name: read_csv(out / f"{name}.csv") for name in ("gaps", "projects", "coverage")}
        kept = kept_gaps(out / "result.gpkg")
        if set(kept) != set(tables["gaps"]["gap_id"]):
            raise ValueError("result.gpkg has other gaps than gaps.csv")
        rules = record["rules"]
        return SeenRun(
            folder=out,
            run=checked_run(record),
            language=next(each for each in LANGUAGES if each == record["language"]),
            name=record["plan"]["settings"]["name"],
            titles={id_: Title(**rule.get("title", {})) for id_, rule in rules.items()},
            severities={id_: rule.get("severity", "B") for id_, rule in rules.items()},
            units=_unit_names(out),
            kept=kept,
            **tables,
        )
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError([Problem(str(error.filename), say("cli.no_result"), say("cli.give_result"))]) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration, sqlite3.Error) as error:
        raise InputError([Problem(str(out), say("cli.damaged_result"), say("cli.run_again"))]) from error


def checked_run(record: Mapping[str, Any]) -> CheckedRun:
    """Return what a run stands for: by the hashes of its inputs, whatever their order, and by what its rules ask."""
    inputs = sorted([entry["layer"], entry["kind"], entry["sha256"]] for entry in record["inputs"])
    hashes = {id_: rule_hash(rule) for id_, rule in record["rules"].items()}
    date = record["plan"]["settings"].get("date") or ""
    return CheckedRun(_sha256(inputs), date, hashes, _sha256(sorted(hashes.items())), record["crs"])


def rule_hash(options: Mapping[str, Any]) -> str:
    """Return what stands for what a rule asks."""
    asked = {name: value for name, value in options.items() if name not in _NOT_ASKED and value is not None}
    return _sha256(asked)


def judged_in(seen: SeenRun, rules: Collection[str]) -> dict[str, Judged]:
    """Return the gaps and places of these rules, as far as the run has them, as a follow-up takes them."""
    from maps.package import place_layers

    names = place_layers(list(seen.run.rule_hashes))
    return {rule_id: _judged(seen, rule_id, names[rule_id]) for rule_id in names if rule_id in set(rules)}


def _judged(seen: SeenRun, rule_id: str, layer: str) -> Judged:
    import pyogrio

    status = seen.coverage[seen.coverage["rule_id"] == rule_id].set_index("place_id")["status"]
    try:
        places = pyogrio.read_dataframe(seen.package, layer=layer, columns=["place_id"])
    except (RuntimeError, OSError) as error:  # pyogrio's own errors are RuntimeErrors
        raise InputError([Problem(str(seen.package), say("cli.damaged_result"), say("cli.run_again"))]) from error
    if set(places["place_id"]) != set(status.index):
        raise InputError([Problem(str(seen.folder), say("cli.damaged_result"), say("cli.run_again"))])
    gaps = [
        SeenGap(id_, rule_id, seen.kept[id_].place_ids, *_figures(seen.kept[id_]), seen.kept[id_].shape)
        for id_ in seen.gaps.loc[seen.gaps["rule_id"] == rule_id, "gap_id"]
    ]
    return judged_rule(gaps, places["place_id"], status[places["place_id"]], places.geometry.to_numpy())


def _figures(gap: KeptGap) -> tuple[float, str, float]:
    return gap.amount, gap.unit, float("nan") if gap.people is None else gap.people


def _unit_names(out: Path) -> dict[str, str]:
    from contextlib import closing

    with closing(sqlite3.connect(f"{(out / 'result.gpkg').resolve().as_uri()}?mode=ro", uri=True)) as file:
        return {str(id_): str(name or id_) for id_, name in file.execute("SELECT unit_id, name FROM villages")}


def _record(out: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError([Problem(str(error.filename), say("cli.no_result"), say("cli.give_result"))]) from error
    except (OSError, ValueError) as error:
        raise InputError([Problem(str(out), say("cli.damaged_result"), say("cli.run_again"))]) from error
    return record


def _refuse_changed(out: Path, outputs: Mapping[str, str]) -> None:
    """Raise InputError naming every table that is not as the run wrote it: a task is not closed in a text editor."""
    changed = []
    for name in ("coverage.csv", "gaps.csv", "projects.csv"):
        with (out / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != outputs[name]:
                changed.append(Problem(str(out / name), say("tasks.result_changed"), say("cli.run_again")))
    if changed:
        raise InputError(changed)


def _sha256(content: object) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()
