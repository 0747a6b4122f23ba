"""What a fresh check does to tasks: the events that follow from what it found of their gaps.

"Done" is a claim. It is verified only by a check of data the ledger had not met before the claim, under the rule the task
was taken on for; a check on older data, or under a rule that was changed since, closes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import shapely

from layers.ledger.event import Draft
from layers.ledger.states import DONE
from layers.ledger.task import State, Task, TaskGap

if TYPE_CHECKING:
    from geo.followup import Finding, Followup

# What `verify` says of a task: the outcomes of a follow-up, and the two ways in which a check does not count.
RULE_CHANGED, OLDER = "rule_changed", "older"


@dataclass(frozen=True)
class CheckedRun:
    """A run that tasks are held against: what stands for its data, the day they speak of ("" unknown), its rules, its CRS.

    `rule_hashes` say what each rule asks; `rules_hash` stands for all of them.
    """

    inputs: str
    date: str
    rule_hashes: Mapping[str, str]
    rules_hash: str
    crs: str


@dataclass(frozen=True)
class Verdict:
    """What a run says of one task: its outcome, the event that follows ("" if nothing does), and the findings behind it."""

    task: int
    outcome: str
    event: str
    findings: tuple[Finding, ...]


def verdicts(state: State, followup: Followup, run: CheckedRun, *, accept_changed_rules: bool) -> list[Verdict]:
    """Return what a run says of every task that has a gap, in the order of their numbers."""
    met_at = next((met.seq for met in state.runs if met.inputs == run.inputs), None)
    found = []
    for task in state.tasks.values():
        if not task.gaps:
            continue
        outcome: str = followup.outcome(task.id)
        if _is_older(task, run, met_at):
            outcome = OLDER
        elif outcome == "closed" and not accept_changed_rules and _rule_changed(task, run):
            outcome = RULE_CHANGED
        found.append(Verdict(task.id, outcome, _event(task, outcome, met_at), followup.of(task.id)))
    return found


def drafts(state: State, found: Iterable[Verdict], run: CheckedRun) -> list[Draft]:
    """Return the events of the verdicts that have one, after a note of the run if the ledger had not met it."""
    is_met = any(met.inputs == run.inputs for met in state.runs)
    looked = [] if is_met else [Draft(None, "looked", {"run_date": run.date}, run.inputs, run.rules_hash)]
    return looked + [_draft(state.tasks[verdict.task], verdict, run) for verdict in found if verdict.event]


def _is_older(task: Task, run: CheckedRun, met_at: int | None) -> bool:
    """Return whether the run speaks of a time before the task was taken on."""
    if run.inputs == task.inputs:
        return False
    return (met_at is not None and met_at < task.first_seq) or bool(
        run.date and task.run_date and run.date < task.run_date
    )


def _rule_changed(task: Task, run: CheckedRun) -> bool:
    return any(run.rule_hashes.get(gap.rule_id) != gap.rule_hash for gap in task.gaps)


def _event(task: Task, outcome: str, met_at: int | None) -> str:
    """Return the event that a verdict leads to where the task stands.

    A claim is contradicted, and a closed task opened again, only by data that came after it; met by such data a claim is
    verified, or sent back whole or in part. Whatever else is new is noted once.
    """
    is_newer = met_at is None or met_at > task.done_seq
    is_there = outcome in ("open", "partly")
    if task.state == DONE and (outcome == "closed" or (is_there and is_newer)):
        return {"closed": "verified", "open": "still_open", "partly": "partly"}[outcome]
    if task.is_closed and is_there and is_newer:
        return "reopened"
    return (
        "checked"
        if outcome != task.outcome and outcome != OLDER and not (task.is_closed and outcome == "closed")
        else ""
    )


def _draft(task: Task, verdict: Verdict, run: CheckedRun) -> Draft:
    body: dict[str, Any] = {"outcome": verdict.outcome, "run_date": run.date}
    left = [finding.left for finding in verdict.findings]
    if all(share == share for share in left):  # none unknown
        body["left"] = round(sum(left) / len(left), 4)
    candidates = sorted({id_ for finding in verdict.findings for id_ in finding.candidates})
    if candidates:
        body["candidates"] = candidates
    if any(finding.redrawn and finding.redrawn.id != finding.gap.id for finding in verdict.findings):
        body |= {"gaps": [_tied(gap, verdict.findings) for gap in task.gaps], "crs": run.crs}
    return Draft(task.id, verdict.event, body, run.inputs, run.rules_hash)


def _tied(gap: TaskGap, findings: Iterable[Finding]) -> dict[str, Any]:
    """Return a task's gap tied to where it is drawn now; how much it was when it was taken on stays."""
    finding = next(one for one in findings if one.gap.id == gap.id)
    shape = shapely.to_wkt(finding.gap.geometry, rounding_precision=2)
    if finding.redrawn is not None:
        now = finding.redrawn
        shape = shapely.to_wkt(now.geometry, rounding_precision=2)
        gap = replace(gap, id=now.id, place_ids=now.place_ids)
    return asdict(replace(gap, shape=shape))
