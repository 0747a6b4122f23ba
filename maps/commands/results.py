"""A folder of results read back: what `explain` and `compare` work from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.options import RuleOptions
from layers.problems import InputError, Problem
from layers.text import LANGUAGES, Language, say

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Result:
    """What a run left: its three main tables, its rules, and the language it was written in."""

    coverage: pd.DataFrame
    gaps: pd.DataFrame
    projects: pd.DataFrame
    rules: Mapping[str, RuleOptions]
    language: Language
    beside: Mapping[str, Mapping[str, Any]]  # what run.json says of each project, by id


def read_result(out: Path) -> Result:
    """Return the results in that folder; raises InputError if it is not a folder that coverplan wrote."""
    from maps.tables import read_csv

    try:
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
        rules = {str(rule_id): _rule(options) for rule_id, options in record["rules"].items()}
        beside = {str(row["project_id"]): row for row in record.get("ranking", {}).get("projects", [])}
        language = next(each for each in LANGUAGES if each == record["language"])
        coverage, gaps, projects = (read_csv(out / f"{name}.csv") for name in ("coverage", "gaps", "projects"))
    except FileNotFoundError as error:
        raise InputError([Problem(str(error.filename), say("cli.no_result"), say("cli.give_result"))]) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise InputError([Problem(str(out), say("cli.damaged_result"), say("cli.run_again"))]) from error
    return Result(coverage, gaps, projects, rules, language, beside)


def _rule(options: Mapping[str, Any]) -> RuleOptions:
    """Return what all rules have in common; the options of its type may be of a type not installed here."""
    common = {name: value for name, value in options.items() if name in RuleOptions.model_fields}
    return RuleOptions.model_validate_json(json.dumps(common))
