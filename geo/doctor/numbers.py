"""Numbers that cannot all be right: parts larger than the whole, homes that do not add up, rows that sum up others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.places import texts
from layers.findings import Finding, at_row
from layers.text import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World
    from layers.layer import Layer

    Numbers = NDArray[np.float64]

# A list of homes leaves out some and is a year older than the village's figure. Our choice.
APART_SHARE = 0.3
LEAST_PEOPLE = 50
# A row for a hamlet as a whole is as large as its homes together, give or take.
SUM_SHARE = 0.03
LEAST_HOMES = 5
LISTED = 200


def numbers(world: World) -> list[Finding]:
    """Return villages without people, parts larger than the whole, and homes that do not add up to their village."""
    found = []
    for layer in world.layers.of_kind("units"):
        found += _blank(layer) + _parts(layer)
    return [*found, *_adding_up(world), *_sums(world)][: 4 * LISTED]


def _blank(layer: Layer) -> list[Finding]:
    if "population" not in layer.given:
        return []
    people = layer.frame["population"].to_numpy(float)
    what, fix = say("doctor.no_people"), say("doctor.no_people_fix")
    rows = np.flatnonzero(np.isnan(people) | (people == 0))
    return [
        at_row(layer, int(at), "no_people", what, fix, field="population", value="" if np.isnan(people[at]) else 0)
        for at in rows[:LISTED]
    ]


def _parts(layer: Layer) -> list[Finding]:
    whole = layer.frame["population"].to_numpy(float)
    found = []
    for name in ("pop60", "children", "households"):
        if name not in layer.given:
            continue
        part = layer.frame[name].to_numpy(float)
        for at in np.flatnonzero(part > whole)[:LISTED]:
            what = say("doctor.part_of", column=name, value=float(part[at]), whole=float(whole[at]))
            fix = say("doctor.part_of_fix")
            found.append(
                at_row(layer, int(at), "part_of", what, fix, severity="error", field=name, value=f"{part[at]:g}")
            )
    return found


def _adding_up(world: World) -> list[Finding]:
    """Return the villages whose homes hold far more or far fewer people than the village says it has."""
    if not world.layers.of_kind("demand"):
        return []
    homes = world.demand
    summed = homes.frame.groupby("unit_id")["people"].sum()
    found = []
    for layer in world.layers.of_kind("units"):
        said = layer.frame["population"].to_numpy(float)
        there = summed.reindex(layer.frame.index).to_numpy(float)
        with np.errstate(invalid="ignore"):
            off = (np.abs(there - said) > APART_SHARE * said) & (np.abs(there - said) > LEAST_PEOPLE) & (there > 0)
        for at in np.flatnonzero(off)[:LISTED]:
            what = say("doctor.adding_up", homes=float(there[at]), said=float(said[at]))
            fix = say("doctor.adding_up_fix")
            found.append(at_row(layer, int(at), "adding_up", what, fix, field="population", value=f"{said[at]:g}"))
    return found


def _sums(world: World) -> list[Finding]:
    """Return the rows of homes that hold as many people as all the others of their village: a settlement counted beside them."""
    found = []
    for layer in world.layers.of_kind("demand"):
        if "unit_id" not in layer.given:
            continue
        people, unit = layer.frame["people"].to_numpy(float), texts(layer.frame["unit_id"])
        order = np.argsort(unit, kind="stable")
        for rows in np.split(order, np.flatnonzero(unit[order][1:] != unit[order][:-1]) + 1):
            if len(rows) <= LEAST_HOMES or not unit[rows[0]]:
                continue
            largest = rows[np.nanargmax(np.nan_to_num(people[rows]))]
            rest = float(np.nansum(people[rows])) - float(np.nan_to_num(people[largest]))
            if rest > LEAST_PEOPLE and abs(people[largest] - rest) <= SUM_SHARE * rest:
                what = say("doctor.sum_of", people=float(people[largest]), rest=rest)
                fix = say("doctor.sum_of_fix")
                found.append(
                    at_row(layer, int(largest), "sum_of", what, fix, field="people", value=f"{people[largest]:g}")
                )
    return found
