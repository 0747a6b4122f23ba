"""What flows through a chain of stages, from homes to the last: who goes where, how much comes in, what holds.

Where something is not known (a status, a capacity, a way) each source has several targets it may go to, inflow lies
between two bounds, and a stage surely holds, surely fails or neither. Nothing here is ever decided wrongly; it may stay
undecided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.coverage import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NOWHERE = -1
FINE, RANGE, CAPACITY, OPEN = 0, 1, 2, 3


@dataclass(frozen=True, eq=False)
class Stop:
    """One stage: what each facility takes a day (kg, two bounds), and what lies within range of it.

    `source` are rows of the stage before (homes for the first), `target` rows of this one, `cost` what the way costs;
    `is_sure` where there surely is that way and the facility surely works.
    """

    takes_low: Numbers
    takes_high: Numbers
    source: Rows
    target: Rows
    cost: Numbers
    is_sure: Flags

    def among(self, sources: Flags, targets: Flags) -> Stop:
        """Return the stage as if only those facilities were there; rows stay what they are."""
        kept = sources[self.source] & targets[self.target]
        return replace(
            self,
            source=self.source[kept],
            target=self.target[kept],
            cost=self.cost[kept],
            is_sure=self.is_sure[kept],
        )


@dataclass(frozen=True, eq=False)
class Chain:
    """What homes give a day (kg, two bounds) and the stages it goes through."""

    gives_low: Numbers
    gives_high: Numbers
    stops: tuple[Stop, ...]

    def among(self, kept: Sequence[Flags]) -> Chain:
        """Return the chain as if only those facilities were there (one array of flags a stage)."""
        before = [np.ones(len(self.gives_low), bool), *kept[:-1]]
        stops = [stop.among(sources, own) for stop, sources, own in zip(self.stops, before, kept, strict=True)]
        return replace(self, stops=tuple(stops))

    def taking(self, takes: Sequence[Numbers]) -> Chain:
        """Return the chain as if its facilities surely took so much (one array a stage)."""
        return self.between(takes, takes)

    def between(self, low: Sequence[Numbers], high: Sequence[Numbers]) -> Chain:
        """Return the chain as if its facilities took from the one to the other (an array of each a stage)."""
        ends = zip(self.stops, low, high, strict=True)
        return replace(self, stops=tuple(replace(stop, takes_low=one, takes_high=other) for stop, one, other in ends))


@dataclass(frozen=True, eq=False)
class Leg:
    """Where the sources of one stage may go: pairs by source, the nearest first. `goes` is the first of them (-1: none).

    `may_miss` are sources that may find nothing within range.
    """

    source: Rows
    target: Rows
    goes: Rows
    may_miss: Flags


@dataclass(frozen=True, eq=False)
class Causes:
    """The first thing in each source's way: a kind (FINE, RANGE, CAPACITY, OPEN), its stage, and a facility's row.

    The row is one of that stage; for RANGE, of the stage before: what reaches nothing (-1: the home itself).
    """

    kind: Rows
    stage: Rows
    row: Rows

    def overlaid(self, own: Flags, kind: int, stage: int) -> Causes:
        """Return the causes of a stage's facilities, their own put before what is farther on."""
        rows = np.arange(len(own))
        return Causes(np.where(own, kind, self.kind), np.where(own, stage, self.stage), np.where(own, rows, self.row))

    def one_back(self, leg: Leg, in_the_way: Flags, is_missing: Flags, stage: int) -> Causes:
        """Return the causes of a leg's sources: that of the first target in their way; else that they may miss any."""
        sources = len(leg.goes)
        first = np.full(sources, NOWHERE)
        trouble = in_the_way[leg.target]
        first[leg.source[trouble][::-1]] = leg.target[trouble][::-1]
        none, missing = leg.goes == NOWHERE, is_missing & (first == NOWHERE)
        kind, at, row = (np.append(part, 0)[first] for part in (self.kind, self.stage, self.row))
        itself = np.arange(sources) if stage else np.full(sources, NOWHERE)
        return Causes(
            np.where(none, RANGE, np.where(missing, OPEN, kind)),
            np.where(none | missing, stage, at),
            np.where(none, itself, np.where(missing, leg.goes, row)),
        )


@dataclass(frozen=True, eq=False)
class Flow:
    """A chain worked out: legs and inflow of each stage; which homes surely are served, and which may be.

    `failing` says why those that surely are not are not, `doubts` why the others are not sure.
    """

    legs: tuple[Leg, ...]
    inflow_low: tuple[Numbers, ...]
    inflow_high: tuple[Numbers, ...]
    surely: Flags
    maybe: Flags
    failing: Causes
    doubts: Causes


def flow(chain: Chain) -> Flow:
    """Return who goes where, how much arrives, and who is served: everything on the way within range, and holding.

    Each source goes to its nearest facility within range, of several as near to the first. All that comes in goes on.
    """
    low, high = chain.gives_low, chain.gives_high
    legs, inflow_low, inflow_high = [], [], []
    for stop in chain.stops:
        leg = _leg(stop, len(low))
        low, high = _inflow(leg, low, high, len(stop.takes_low))
        legs.append(leg)
        inflow_low.append(low)
        inflow_high.append(high)
    return Flow(tuple(legs), tuple(inflow_low), tuple(inflow_high), *_served(chain, legs, inflow_low, inflow_high))


def _leg(stop: Stop, sources: int) -> Leg:
    """Return where each source may go: its nearest sure facility, and every doubtful one that would be nearer."""
    order = np.lexsort((stop.target, stop.cost, stop.source))
    source, target, sure = stop.source[order], stop.target[order], stop.is_sure[order]
    position = np.arange(len(source))
    first_sure = np.full(sources, len(source))
    np.minimum.at(first_sure, source[sure], position[sure])
    kept = position <= first_sure[source]
    source, target = source[kept], target[kept]
    goes = np.full(sources, NOWHERE)
    goes[source[::-1]] = target[::-1]
    return Leg(source, target, goes, first_sure == len(position))


def _inflow(leg: Leg, low: Numbers, high: Numbers, targets: int) -> tuple[Numbers, Numbers]:
    choices = np.bincount(leg.source, minlength=len(low))
    only = (choices[leg.source] == 1) & ~leg.may_miss[leg.source]
    least = np.bincount(leg.target[only], low[leg.source[only]], minlength=targets).astype(float)
    most = np.bincount(leg.target, high[leg.source], minlength=targets).astype(float)
    return least, most


def _served(
    chain: Chain, legs: Sequence[Leg], low: Sequence[Numbers], high: Sequence[Numbers]
) -> tuple[Flags, Flags, Causes, Causes]:
    """Return from the last stage back to the homes what surely is served, what may be, and what is in the way."""
    last = len(chain.stops[-1].takes_low)
    surely, maybe = np.ones(last, bool), np.ones(last, bool)
    failing = doubts = Causes(*(np.zeros(last, np.int64) for _ in range(3)))
    for k in range(len(chain.stops) - 1, -1, -1):
        stop, leg = chain.stops[k], legs[k]
        holds = stop.takes_low >= high[k] - TOLERANCE * np.maximum(1.0, stop.takes_low)
        fails = stop.takes_high < low[k] - TOLERANCE * np.maximum(1.0, low[k])
        surely, maybe = surely & holds, maybe & ~fails
        failing = failing.overlaid(fails, CAPACITY, k).one_back(leg, ~maybe, np.zeros(len(leg.goes), bool), k)
        doubts = doubts.overlaid(~holds, OPEN, k).one_back(leg, ~surely, leg.may_miss, k)
        bad = np.bincount(leg.source[~surely[leg.target]], minlength=len(leg.goes)) > 0
        surely = ~bad & ~leg.may_miss
        maybe = np.bincount(leg.source[maybe[leg.target]], minlength=len(leg.goes)) > 0
    return surely, maybe, failing, doubts
