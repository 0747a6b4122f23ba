"""A task, and the whole ledger, as the events so far leave them. Nothing here is stored: it is replayed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.ledger.event import Head
from layers.ledger.states import CLOSED, OPEN, PROPOSED, Route


@dataclass(frozen=True)
class TaskGap:
    """A gap a task was taken on for, as it was found; `shape` is WKT in the task's CRS, `rule_hash` that of its rule."""

    id: str
    rule_id: str
    rule_hash: str
    place_ids: tuple[str, ...]
    amount: float
    unit: str
    people: float | None
    shape: str


@dataclass(frozen=True)
class Milestone:
    """A day by which some part is to be done."""

    by: dt.date
    what: str
    reached: bool = False


@dataclass(frozen=True)
class Task:
    """A task after all events about it.

    `lonlat` is a spot in degrees (WGS 84), `spot` the same in the CRS of a run it is looked at in. `public_title` is what the public may read where somebody has looked at it. Money in yuan, `progress` 0-1 as reported. `outcome` is what the last check found of its gaps. `last_seq` is the last
    event about it, `first_seq` its first and `done_seq` the last that claimed it done or found it closed, `changed_on` its day, `fields_on` the day anything was last reported by those who work on it.
    """

    id: int
    list: str
    title: str
    origin: str
    on: dt.date
    state: str = PROPOSED
    channel: str = ""
    public_title: str = ""
    goal: str = ""
    leader: str = ""
    department: str = ""
    owner: str = ""
    due: dt.date | None = None
    progress: float = 0.0
    unit_id: str = ""
    unit_name: str = ""
    project_id: str = ""
    action: str = ""
    amount: float = 0.0
    unit: str = ""
    people: float | None = None
    cost: float | None = None
    spent: float | None = None
    gaps: tuple[TaskGap, ...] = ()
    edits: tuple[Mapping[str, Any], ...] = ()
    crs: str = ""
    lonlat: tuple[float, float] | None = None
    spot: tuple[float, float] | None = None
    gates: Mapping[str, bool] = field(default_factory=dict)
    votes: Mapping[str, int] = field(default_factory=dict)
    milestones: tuple[Milestone, ...] = ()
    evidence: tuple[Mapping[str, Any], ...] = ()
    extensions: int = 0
    handovers: int = 0
    reopenings: int = 0
    meetings_open: int = 0
    interval_days: int = 0
    tended_on: dt.date | None = None
    done_on: dt.date | None = None
    verified_on: dt.date | None = None
    satisfied: bool | None = None
    score: int | None = None
    reason: str = ""
    outcome: str = ""
    inputs: str = ""
    run_date: str = ""
    first_seq: int = 0
    done_seq: int = 0
    last_seq: int = 0
    changed_on: dt.date | None = None
    reported_on: dt.date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is being worked on, or about to be."""
        return self.state in OPEN

    @property
    def is_closed(self) -> bool:
        """Whether a check has found its gaps gone."""
        return self.state in CLOSED


@dataclass(frozen=True)
class Week:
    """A weekly report that was made: ISO week ("2026-W47"), the last event it speaks of, and the day it speaks for."""

    week: str
    upto: int
    on: dt.date


@dataclass(frozen=True)
class Run:
    """A run the ledger has met: what stands for its data, the day the data speak of, and the event that met it."""

    inputs: str
    date: str
    seq: int


@dataclass(frozen=True)
class State:
    """The ledger after all its events: tasks by number, weekly reports, runs it met, who is responsible for which village."""

    tasks: Mapping[int, Task] = field(default_factory=dict)
    head: Head = field(default_factory=Head)
    ledger_id: str = ""
    name: str = ""
    route: Route = "direct"
    weeks: tuple[Week, ...] = ()
    runs: tuple[Run, ...] = ()
    assigned: Mapping[str, str] = field(default_factory=dict)
