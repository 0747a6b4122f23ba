"""What the data doctor finds: one thing that is wrong or doubtful, where it is, why it matters and how to put it right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from layers.problems import Problem
from layers.text import Text, spoken

if TYPE_CHECKING:
    from layers.layer import Layer, Reject

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
# What became of the row: it is not used, it was put right, it is used as it is; "stops": no run can start like this.
Handling = Literal["stops", "rejected", "repaired", "used"]

_SEVERITY_OF: dict[str, Severity] = {"rejected": "error", "repaired": "info", "noted": "warning"}
# Notes that tell what was done and ask nothing of anybody.
_TOLD = frozenset(("filtered", "title_row", "z_dropped", "list_only", "warned"))


@dataclass(frozen=True)
class Finding:
    """One finding. `row` is the number a person sees (0: the file or layer as a whole), `place` is in the run's CRS.

    `code` is a word that never changes with the language; `layer` and `file` are "" where a finding is of the plan.
    """

    code: str
    severity: Severity
    layer: str
    file: str
    row: int
    feature_id: str
    field: str
    value: str
    reason: Text | str
    fix: Text | str
    handling: Handling
    place: tuple[float, float] | None = None


def of_rejects(rejects: Iterable[Reject]) -> list[Finding]:
    """Return what reading a layer found: rejected rows are errors, repairs are told, notes are warnings or told."""
    found = []
    for reject in rejects:
        code = reject.reason.key.partition(".")[2]
        severity: Severity = "info" if code in _TOLD else _SEVERITY_OF[reject.action]
        handling: Handling = "used" if reject.action == "noted" else reject.action
        where = (reject.layer, reject.file, reject.row, reject.feature_id, reject.field, reject.value)
        found.append(Finding(code, severity, *where, reject.reason, reject.fix, handling))
    return found


def of_problems(problems: Iterable[Problem], layer: str, file: str) -> list[Finding]:
    """Return what stops a run as findings of the layer as a whole."""
    return [_stopping(problem, layer, file) for problem in problems]


def _stopping(problem: Problem, layer: str, file: str) -> Finding:
    code = problem.what.key.partition(".")[2] if isinstance(problem.what, Text) else "unreadable"
    return Finding(code, "error", layer, file, 0, "", "", "", problem.what, problem.fix, "stops")


def at_row(
    layer: Layer,
    position: int,
    code: str,
    reason: Text,
    fix: Text,
    *,
    severity: Severity = "warning",
    field: str = "geometry",
    value: object = "",
    place: tuple[float, float] | None = None,
) -> Finding:
    """Return a finding about one row of a layer's frame, by the number that row has in its file."""
    row = 0 if layer.rows is None else int(layer.rows[position])
    id_ = str(layer.frame.index[position])
    where = (layer.name, layer.source.path, row, id_, field, str(value))
    return Finding(code, severity, *where, reason, fix, "used", place)


def of_layer(layer: Layer, code: str, reason: Text, fix: Text, *, severity: Severity = "warning") -> Finding:
    """Return a finding about a layer as a whole."""
    return Finding(code, severity, layer.name, layer.source.path, 0, "", "", "", reason, fix, "used")


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings layer by layer, the worst first, then by row."""
    rank = {severity: place for place, severity in enumerate(SEVERITIES)}

    def key(finding: Finding) -> tuple[str, int, int, str, str, str]:
        words = spoken(finding.reason, "en")
        return finding.layer, rank[finding.severity], finding.row, finding.code, finding.field, words

    return sorted(findings, key=key)
