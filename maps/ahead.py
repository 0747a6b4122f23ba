"""What the task ledger adds to a run's results: who works on what, and what is left if every open task is finished on time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from layers.ledger.lights import LIGHTS
from layers.text import Text, say
from maps.wording import number

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from geo.ongoing import Ongoing
    from layers.text import Language


def ahead_lines(assessment: Assessment) -> tuple[Text, ...]:
    """Return the tasks and the forecast in sentences; none if there is no ledger."""
    ongoing = assessment.ongoing
    if ongoing is None:
        return ()
    lights = Counter(task.light for task in ongoing.tasks if task.is_open)
    counts = {"open": sum(task.is_open for task in ongoing.tasks), "gaps": len(ongoing.working_on)}
    lines = [say("tasks.run_tasks", **counts, overdue=lights["overdue"], due_soon=lights["due_soon"])]
    ahead = ongoing.forecast
    now, then = len(assessment.gaps), len(ahead.remaining)
    people = [sum(getattr(rule, name) for rule in ahead.rules.values()) for name in ("people_now", "people_then")]
    lines.append(
        say(
            "tasks.run_forecast",
            counted=len(ahead.counted),
            now=now,
            then=then,
            people_now=round(people[0]),
            people_then=round(people[1]),
        )
    )
    lines += [say("tasks.run_left_out", id=id_, reason=reason) for id_, reason in ahead.left_out]
    unsettled = Counter(task.outcome for task in ongoing.tasks if task.is_open)
    lines += [say("tasks.run_unclear", count=count) for name in ("ambiguous", "missing") if (count := unsettled[name])]
    lines.append(say("tasks.run_new", count=len(ongoing.followup.new)))
    return tuple(lines)


def ahead_rows(ongoing: Ongoing, titles: dict[str, str], language: Language) -> list[tuple[str, ...]]:
    """Return each rule that a finished task would change: places short and people without, now and then."""
    return [
        (
            titles[rule_id],
            *(
                number(value, language)
                for value in (rule.short_now, rule.short_then, rule.people_now, rule.people_then)
            ),
        )
        for rule_id, rule in ongoing.forecast.rules.items()
        if rule.short_now != rule.short_then or rule.people_now != rule.people_then
    ]


def ahead_plain(assessment: Assessment) -> dict[str, Any] | None:
    """Return the same as plain data for run.json; None if there is no ledger."""
    ongoing = assessment.ongoing
    if ongoing is None:
        return None
    ahead = ongoing.forecast
    open_ = [task for task in ongoing.tasks if task.is_open]
    return {
        "head": ongoing.head,
        "tasks": len(ongoing.tasks),
        "open": len(open_),
        "lights": {light: sum(task.light == light for task in ongoing.tasks) for light in LIGHTS},
        "working_on": dict(sorted(ongoing.working_on.items())),
        "new_gaps": len(ongoing.followup.new),
        "forecast": {
            "counted": list(ahead.counted),
            "left_out": {str(task): reason.in_("en") for task, reason in ahead.left_out},
            "gaps": len(ahead.remaining),
            "rules": {
                rule_id: {
                    "short_now": rule.short_now,
                    "short_then": rule.short_then,
                    "people_now": round(rule.people_now, 6),
                    "people_then": round(rule.people_then, 6),
                }
                for rule_id, rule in ahead.rules.items()
            },
        },
    }
