"""The states of a task and what may follow what, as data: replay obeys it, commands are held to it, the docs draw it.

提议 → 受理（三关）→ 议单 → 立项 → 领办 → 实施 → 验收 → 销号 → 回访; beside them 不予立项, 整改 and 常态化 (DOMAIN 1b).
A move that only the direct route knows (直接交办) passes over the gates and the deliberation, and the timeline shows it;
a ledger opened for the full route refuses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Route = Literal["direct", "full"]
ROUTES: tuple[Route, ...] = ("direct", "full")
GATES = ("project", "procedure", "law")  # 项目关、程序关、法律关

PROPOSED, ACCEPTED, DELIBERATED, APPROVED = "proposed", "accepted", "deliberated", "approved"
CLAIMED, WORKING, DONE, VERIFIED, VISITED = "claimed", "working", "done", "verified", "visited"
REWORK, STANDING, DECLINED = "rework", "standing", "declined"
NEW = ""  # before there is a task

STATES = (
    PROPOSED,
    ACCEPTED,
    DELIBERATED,
    APPROVED,
    CLAIMED,
    WORKING,
    DONE,
    VERIFIED,
    VISITED,
    REWORK,
    STANDING,
    DECLINED,
)
CLOSED = frozenset({VERIFIED, VISITED})
# Being worked on, or about to be: what `run` does not propose again.
OPEN = frozenset(STATES) - CLOSED - {DECLINED}
BEFORE_APPROVAL = (PROPOSED, ACCEPTED, DELIBERATED)
UNDER_WAY = (CLAIMED, WORKING, REWORK)


@dataclass(frozen=True)
class Move:
    """An event and the command that writes it: from which states it may come, and to which it leads ("" = stays)."""

    what: str
    command: str
    sources: tuple[str, ...]
    target: str = ""
    direct_only: bool = False


MOVES = (
    Move("adopted", "adopt", (NEW,), PROPOSED),
    Move("proposed", "propose", (NEW,), PROPOSED),
    Move("screened", "screen", (PROPOSED,)),
    Move("accepted", "screen", (PROPOSED,), ACCEPTED),
    Move("rejected", "screen", (PROPOSED,), DECLINED),
    Move("deliberated", "deliberate", (ACCEPTED, DELIBERATED), DELIBERATED),
    Move("approved", "approve", (DELIBERATED,), APPROVED),
    Move("approved", "approve", (PROPOSED, ACCEPTED), APPROVED, direct_only=True),
    Move("claimed", "claim", (APPROVED,), CLAIMED),
    Move("claimed", "claim", BEFORE_APPROVAL, CLAIMED, direct_only=True),
    Move("handed_over", "claim", (*UNDER_WAY, STANDING)),
    Move("started", "update", (CLAIMED,), WORKING),
    Move("updated", "update", tuple(state for state in STATES if state in OPEN)),
    Move("extended", "extend", (APPROVED, *UNDER_WAY, DONE, STANDING)),
    Move("done", "done", UNDER_WAY, DONE),
    Move("verified", "verify", (DONE,), VERIFIED),
    Move("partly", "verify", (DONE,), REWORK),
    Move("still_open", "verify", (DONE,), REWORK),
    Move("reopened", "verify", (VERIFIED, VISITED), REWORK),
    Move("checked", "verify", STATES),
    Move("inspected", "close", (DONE,), VERIFIED),
    Move("visited", "visit", (VERIFIED, VISITED), VISITED),
    Move("dissatisfied", "visit", (VERIFIED, VISITED), REWORK),
    Move("made_standing", "standing", (APPROVED, *UNDER_WAY, DONE), STANDING),
    Move("tended", "done", (STANDING,)),
    Move("declined", "waive", (*BEFORE_APPROVAL, APPROVED, *UNDER_WAY, STANDING), DECLINED),
    Move("resumed", "resume", (DECLINED,), PROPOSED),
    Move("escalated", "escalate", tuple(state for state in STATES if state in OPEN)),
    Move("resolved", "escalate", tuple(state for state in STATES if state in OPEN)),
    Move("recorded", "record", STATES),
    Move("linked", "link", STATES),
    Move("titled", "public", STATES),
)
# Facts about the ledger as a whole, not about a task.
OF_THE_LEDGER = frozenset({"opened", "reported", "assigned", "looked"})


def target(what: str, state: str, route: Route) -> str | None:
    """Return the state an event leads to from this one; None if it may not come from there on that route."""
    for move in MOVES:
        if move.what == what and state in move.sources and not (move.direct_only and route == "full"):
            return move.target or state
    return None


def sources(what: str, route: Route) -> tuple[str, ...]:
    """Return the states from which an event may come on that route."""
    found = [
        s for move in MOVES if move.what == what and not (move.direct_only and route == "full") for s in move.sources
    ]
    return tuple(dict.fromkeys(found))
