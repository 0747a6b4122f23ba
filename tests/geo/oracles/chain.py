"""A chain the slow way: one home, one bin, one truck at a time; everything that is not known tried both ways.

Shares no code with geo; the ways along roads are those of the reach oracle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import inf
from typing import Any

from tests.geo.oracles.reach import costs, shape

Row = Mapping[str, Any]
NEAR = 1e-6
HUGE = 1e9


def served(
    homes: Sequence[Row], stages: Sequence[tuple[Sequence[Row], float]], way: Mapping[tuple[str, str], float], kg: float
) -> dict[str, str]:
    """Return "" for each home that is served, else the first failing stage and its facility. Nothing is unknown here."""
    route = {home["id"]: [home["id"]] for home in homes}
    inflow = {f["id"]: 0.0 for facilities, _ in stages for f in facilities}
    for facilities, limit in stages:
        for home in homes:
            at = route[home["id"]][-1]
            near = sorted((way[at, f["id"]], f["id"]) for f in facilities if at and way[at, f["id"]] <= limit + NEAR)
            route[home["id"]].append(near[0][1] if near else "")
            if near:
                inflow[near[0][1]] += home["people"] * kg
    takes = {f["id"]: f["capacity"] * f["per_day"] for facilities, _ in stages for f in facilities}
    return {home["id"]: _trouble(route[home["id"]], inflow, takes) for home in homes}


def _trouble(route: Sequence[str], inflow: Mapping[str, float], takes: Mapping[str, float]) -> str:
    for k, id_ in enumerate(route[1:], 1):
        if not id_:
            return f"chain_range:{k} ({route[k - 1]})" if k > 1 else "chain_range:1"
        if inflow[id_] > takes[id_] + NEAR:
            return f"chain_capacity:{k} ({id_})"
    return ""


def ways(
    homes: Sequence[Row], stages: Sequence[Sequence[Row]], roads: Sequence[Row] | None, max_snap_m: float
) -> dict[tuple[str, str], float]:
    """Return what it costs from every home to the first stage, and from each facility to those of the next."""
    found: dict[tuple[str, str], float] = {}
    sources = homes
    for facilities in stages:
        if roads is None:
            found |= {(s["id"], f["id"]): shape(s).distance(shape(f)) for s in sources for f in facilities}
        else:
            found |= costs(sources, facilities, roads, max_snap_m, 1.0)[0]
        sources = facilities
    return found


def chances(homes: Sequence[Row], stages: Sequence[Sequence[Row]]) -> Iterator[tuple[list[dict], list[list[dict]]]]:
    """Yield the town every way it may be: a blank status works or not, a blank capacity or number is nothing or huge."""
    blanks = [("people", row) for row in homes if row["people"] is None]
    facilities = [f for stage in stages for f in stage]
    blanks += [("status", f) for f in facilities if f["status"] is None]
    blanks += [("capacity", f) for f in facilities if f["capacity"] is None]
    tries = {"people": (0, HUGE), "status": ("working", "broken"), "capacity": (0, inf)}
    for choice in product(*(tries[column] for column, _ in blanks)):
        known = {(column, row["id"]): value for (column, row), value in zip(blanks, choice, strict=True)}

        def filled(row: Row, known: Mapping = known) -> dict:
            return {column: known.get((column, row["id"]), value) for column, value in row.items()}

        town = [[one for one in map(filled, stage) if one["status"] == "working"] for stage in stages]
        yield [filled(home) for home in homes], town
