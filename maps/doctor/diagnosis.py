"""Everything the doctor knows of a plan's data: the layers that could be read, what is wrong with them, what stops a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.findings import Finding, Severity, in_order, of_problems, of_rejects
from layers.problems import InputError

if TYPE_CHECKING:
    from layers.plan import Plan
    from layers.problems import Problem
    from layers.reading import Examined


@dataclass(frozen=True)
class Diagnosis:
    """`findings` layer by layer, the worst first; `stopping` is all that a run would refuse to start with."""

    plan: Plan
    examined: Examined
    findings: tuple[Finding, ...]
    stopping: tuple[Problem, ...]

    def of(self, layer: str) -> list[Finding]:
        """Return what was found about one layer."""
        return [finding for finding in self.findings if finding.layer == layer]

    def count(self, severity: Severity, layer: str | None = None) -> int:
        """Return how many findings are of that severity, in all or in one layer."""
        return sum(f.severity == severity and layer in (None, f.layer) for f in self.findings)


def diagnosed(plan: Plan) -> Diagnosis:
    """Return what there is to say about the data of a plan; raises PlanError where the plan itself cannot be followed.

    Checks across layers are made of the layers that could be read, whatever became of the others.
    """
    from layers.quarantine import over_limits
    from layers.reading import examined, stopping

    found = examined(plan)
    findings: list[Finding] = []
    for name, spec in plan.layers.items():
        if name in found.refused:
            findings += of_problems(found.refused[name], name, spec.path)
            continue
        layer = found.layers[name]
        over = over_limits(found.checked[name], plan.settings)[:1]
        findings += of_problems(over, name, spec.path) + of_rejects(layer.rejects)
    findings += _across(found)
    return Diagnosis(plan, found, tuple(in_order(findings)), tuple(stopping(found, plan)))


def _across(found: Examined) -> list[Finding]:
    from geo.doctor.examine import examine
    from geo.world import World

    try:
        return examine(World(found.layers))
    except InputError as error:  # roads that no network can be made of
        return of_problems(error.problems, "", "")
