"""An event in a sentence: for those who work with the ledger, and for the public, without what is personal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from layers.text import Language, known, say
from maps.tasks.rows import money_word, origin_word, outcome_word
from maps.wording import action_word, number

if TYPE_CHECKING:
    from layers.ledger.event import Event

# Particulars that name nobody and were not written by a hand that may have: all the public sees of an event.
_PUBLIC = (
    "gate",
    "passed",
    "votes",
    "department",
    "due",
    "progress",
    "outcome",
    "interval_days",
    "score",
    "spent",
    "left",
)
# Particulars that are of no use in a sentence.
_UNSAID = frozenset(("gaps", "edits", "crs", "lonlat", "run_date", "project_id", "unit_id", "rank", "amount", "unit"))


def event_line(event: Event, language: Language) -> str:
    """Return an event with its day, who wrote it, what it was and every particular worth saying."""
    said = [_particular(name, value, language) for name, value in event.facts.items() if name not in _UNSAID]
    clock = f" ({say('tasks.clock_mark').in_(language)})" if event.clock_suspect else ""
    when = event.claimed_at[:16].replace("T", " ")
    return f"{when}{clock}  {event.who}  {event_word(event.what, language)}  {_joined(said, language)}".rstrip()


def public_line(event: Event, language: Language) -> str:
    """Return an event as the public may read it: its day, what it was, and what is no word of anybody's own."""
    said = [_particular(name, event.facts[name], language) for name in _PUBLIC if name in event.facts]
    return f"{event.day}  {event_word(event.what, language)}  {_joined(said, language)}".rstrip()


def event_word(what: str, language: Language) -> str:
    """Return what an event is, in words."""
    return say(f"tasks.event_{what}").in_(language)


def milestones_word(milestones: Sequence[tuple[object, str, bool]], language: Language) -> str:
    """Return milestones in words: day, what, and whether it was reached."""
    keys = {True: "tasks.milestone_reached", False: "tasks.milestone_ahead"}
    return "、".join(say(keys[reached], by=by, what=what).in_(language) for by, what, reached in milestones)


def _joined(said: list[str], language: Language) -> str:
    return ("；" if language == "zh" else "; ").join(part for part in said if part)


def _particular(name: str, value: Any, language: Language) -> str:
    if value is None or value == "" or value == []:
        return ""
    label = say(f"tasks.field_{name}").in_(language) if known(f"tasks.field_{name}") else name
    return f"{label} {_value(name, value, language)}"


def _value(name: str, value: Any, language: Language) -> str:
    if name == "votes":
        return say("tasks.votes", votes_for=value["for"], against=value["against"], abstain=value["abstain"]).in_(
            language
        )
    if name == "evidence":
        return "、".join(str(item.get("file") or item.get("note")) for item in value)
    if name == "milestones":
        return milestones_word([(each["by"], each["what"], each["reached"]) for each in value], language)
    if name in ("progress", "left"):
        return f"{value:.0%}"
    if name in ("cost", "spent"):
        return money_word(value, language)
    if name == "outcome":
        return outcome_word(value, language)
    if name == "action":
        return action_word(value, language)
    if name == "origin":
        return origin_word(value, language)
    if name == "gate":
        return say(f"tasks.gate_{value}").in_(language)
    if name == "kind":
        return say(f"tasks.record_{value}").in_(language)
    if name == "passed":
        return say("tasks.gate_passed" if value else "tasks.gate_failed").in_(language)
    if isinstance(value, float):
        return number(value, language, decimals=2)
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
