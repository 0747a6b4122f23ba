"""`verify` and `link`: every task held against a fresh run, and the person's answer where it was not clear."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.closing import Verdict, drafts, verdicts
from geo.followup import Followup, follow_up
from geo.ongoing import tracked
from layers.ledger import acts
from layers.ledger.book import write
from layers.ledger.event import Draft
from layers.ledger.task import State
from layers.problems import InputError, LedgerError, Problem
from layers.text import say
from maps.screen import table
from maps.tasks.adopting import task_gap
from maps.tasks.desk import Desk, enter, ledger_on
from maps.tasks.rows import outcome_word, state_word
from maps.tasks.seen import SeenRun, judged_in, seen_run
from maps.tasks.tracked import in_crs, moved_text
from maps.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.followup import Judged

# Verdicts that a person has to look into: they change nothing.
UNSETTLED = ("ambiguous", "missing", "unknown", "not_judged", "rule_changed", "older")


def verify(desk: Desk, out: Path, *, accept_changed_rules: bool, dry_run: bool) -> int:
    """Hold every task against a run, write what follows, and say it; `dry_run` writes nothing."""
    seen = seen_run(out)
    with ledger_on(desk) as ledger:
        found = judged_in(seen, {gap.rule_id for task in ledger.state.tasks.values() for gap in task.gaps})
        said: list[tuple[State, list[Verdict], Followup]] = []

        def decide(state: State) -> Sequence[Draft]:
            followup = _followed(state, seen, found)
            verdict = verdicts(state, followup, seen.run, accept_changed_rules=accept_changed_rules)
            said.append((state, verdict, followup))
            return drafts(state, verdict, seen.run)

        if dry_run:
            decide(ledger.state)
            state = ledger.state
        else:
            state = write(ledger, decide, who=desk.who, at=desk.at, op_id=desk.op_id).ledger.state
    if not said:  # this very command was recorded before
        print(say("tasks.repeated").in_(desk.language))
        return 0
    before, verdict, _ = said[-1]
    new = _new_gaps(seen, said[-1][2])
    print(_json(before, state, verdict, new) if desk.as_json else shown(_page(desk, before, state, verdict, new)))
    return 0


def link(desk: Desk, task_id: int, gap_id: str, out: Path, instead_of: str, reason: str) -> int:
    """Tie a task to a gap of a run; `instead_of` names which of its gaps, where it has several."""
    seen = seen_run(out)
    if gap_id not in seen.kept:
        raise InputError([Problem(gap_id, say("tasks.no_such_id"), say("tasks.see_projects"))])

    def decide(state: State) -> list[Draft]:
        task = acts.task_of(state, task_id)
        new = task_gap(seen, gap_id)
        same_rule = [
            gap for gap in task.gaps if gap.rule_id == new.rule_id and (not instead_of or gap.id == instead_of)
        ]
        if len(same_rule) != 1:
            names = ", ".join(gap.id for gap in task.gaps if gap.rule_id == new.rule_id) or "-"
            where = say("tasks.task_no", id=task_id)
            raise LedgerError([Problem(where, say("tasks.which_gap", gaps=names), say("tasks.give_instead"))])
        others = [gap for gap in task.gaps if gap != same_rule[0]]
        kept = [replace(gap, shape=moved_text(gap.shape, task.crs, seen.run.crs)) for gap in others]
        tied = replace(new, amount=same_rule[0].amount, people=same_rule[0].people)
        body = {
            "outcome": "open",
            "gaps": [asdict(gap) for gap in [*kept, tied]],
            "crs": seen.run.crs,
            "reason": reason,
        }
        return [Draft(task_id, "linked", body, seen.run.inputs, seen.run.rules_hash)]

    enter(desk, decide)
    return 0


def _followed(state: State, seen: SeenRun, found: Mapping[str, Judged]) -> Followup:
    return follow_up(tracked(in_crs(state, seen.run.crs).tasks.values()), found)


def _new_gaps(seen: SeenRun, followup: Followup) -> list[str]:
    """Return the gaps of the run that are no task's, in the order of its list."""
    taken = {id_ for finding in followup.findings for id_ in (*finding.now, *finding.candidates)}
    return [id_ for id_ in seen.gaps["gap_id"] if id_ not in taken]


def _page(desk: Desk, before: State, after: State, verdict: Sequence[Verdict], new: Sequence[str]) -> str:
    language = desk.language
    counts = Counter(one.event for one in verdict)
    known = {name: counts[name] for name in ("verified", "partly", "still_open", "reopened")}
    parts = [say("tasks.verify_counts", **known, new=len(new)).in_(language)]
    head = [say(f"tasks.col_{name}").in_(language) for name in ("id", "title", "outcome", "was", "now")]
    rows = []
    for one in verdict:
        if one.event or one.outcome in UNSETTLED:
            task = after.tasks[one.task]
            was = state_word(before.tasks[one.task].state, language)
            word = outcome_word(one.outcome, language) + _candidates(one)
            rows.append([f"#{task.id}", task.title, word, was, state_word(task.state, language)])
    if rows:
        parts.append(table(head, rows))
    unsettled = Counter(one.outcome for one in verdict if one.outcome in UNSETTLED)
    parts += [say(f"tasks.about_{name}", count=count).in_(language) for name, count in unsettled.items()]
    stale = sum(
        one.event in ("checked", "") and after.tasks[one.task].state == "done" and one.outcome in ("open", "partly")
        for one in verdict
    )
    parts += [say("tasks.about_not_newer", count=stale).in_(language)] if stale else []
    gone = sum(one.outcome == "closed" and after.tasks[one.task].state in _NOT_CLAIMED for one in verdict)
    parts += [say("tasks.gone_unclaimed", count=gone).in_(language)] if gone else []
    parts.append(say("tasks.head", seq=after.head.seq, hash=after.head.hash).in_(language))
    return "\n\n".join(parts)


_NOT_CLAIMED = frozenset({"proposed", "accepted", "deliberated", "approved", "claimed", "working", "rework"})


def _candidates(one: Verdict) -> str:
    names = sorted({id_ for finding in one.findings for id_ in finding.candidates})
    return f" ({', '.join(names)})" if names else ""


def _json(before: State, after: State, verdict: Sequence[Verdict], new: Sequence[str]) -> str:
    found: list[dict[str, Any]] = [
        {
            "task": one.task,
            "outcome": one.outcome,
            "event": one.event,
            "was": before.tasks[one.task].state,
            "now": after.tasks[one.task].state,
            "gaps": [
                {
                    "gap_id": finding.gap.id,
                    "outcome": finding.outcome,
                    "now": finding.now,
                    "candidates": finding.candidates,
                    "left": finding.left if finding.left == finding.left else None,
                }
                for finding in one.findings
            ],
        }
        for one in verdict
    ]
    content = {"tasks": found, "new_gaps": list(new), "head": after.head.hash}
    return json.dumps(content, ensure_ascii=False, indent=1)
