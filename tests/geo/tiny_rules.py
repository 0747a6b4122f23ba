"""Three rules small enough to read at a glance, one for each way in which supply adds up, and worlds for them.

They stand in for real rule types where a test is about projects and their worth, not about measuring.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Point

from geo.coverage import Coverage
from geo.gaps import Gap, stable_id
from geo.projects import Project
from geo.rule import Adds, Measured, Rule
from geo.world import World
from layers.edit import Edit
from layers.layer import Layers
from layers.options import Cost
from layers.text import say
from tests.geo.worlds import CRS, layers_of

CELLS = 6  # of a street, each 10 m


class Tiny(Rule):
    """What the three have in common: a gap for each short place; no repairs; `is_quick` says whether `adds` answers."""

    is_quick: bool = True

    def gaps(self, coverage: Coverage, world: World) -> list[Gap]:
        short = coverage.frame[coverage.frame["status"] == "short"]
        return [
            Gap(
                stable_id(self.id, str(place)),
                self.id,
                self.severity,
                (str(place),),
                row["unit_id"],
                row["name"],
                row["shortfall"],
                row["unit"],
                row["people_short"],
                row["geometry"],
                say("projects.here"),
            )
            for place, row in zip(short.index, short.to_dict("records"), strict=True)
        ]

    def repairs(self, gaps: Sequence[Gap], coverage: Coverage, world: World) -> list[Project]:
        return []


class Helpers(Tiny):
    """Each village has `due` helpers (staff rows add up; a blank count may be any number); a share of people is without."""

    due: float = 2

    def measure(self, world: World) -> Measured:
        units, staff = world.units, world.layers["staff"].frame
        known = staff["count"].fillna(0).groupby(staff["unit_id"]).sum().reindex(units.index, fill_value=0.0)
        blank = staff["count"].isna().groupby(staff["unit_id"]).any().reindex(units.index, fill_value=False).to_numpy()
        frame = _frame(units, units.index, np.full(len(units), self.due), known.to_numpy(float), units["population"])
        frame["supplied_low"] = frame["supplied"]
        frame["supplied_high"] = np.where(blank, np.inf, frame["supplied"])
        return Measured(frame, "staff", "at_least", without="share")

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        found = [
            (i, coverage.frame.index.get_loc(unit), count)
            for i, project in enumerate(projects)
            for edit in project.edits
            if edit.layer == "staff"
            for unit, count in zip(edit.add["unit_id"], edit.add["count"], strict=True)
        ]
        return _adds(found, np.arange(len(coverage.frame)), "sum") if self.is_quick else None


class Near(Tiny):
    """Each home has a facility within `reach_m` in a straight line; everybody at a home too far away is without."""

    reach_m: float = 200

    def measure(self, world: World) -> Measured:
        homes, facilities = world.homes, world.layers["facilities"].frame
        apart = shapely.distance(homes.geometry.to_numpy()[:, None], facilities.geometry.to_numpy()[None, :])
        supplied = np.where(homes["name"] == "lost", np.nan, apart.min(axis=1, initial=np.inf))
        frame = _frame(homes, homes["unit_id"], np.full(len(homes), self.reach_m), supplied, homes["people"])
        return Measured(frame, "m", "at_most")

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        found = [
            (i, home, distance)
            for i, project in enumerate(projects)
            for edit in project.edits
            if edit.layer == "facilities"
            for place in edit.add.geometry
            for home, distance in enumerate(shapely.distance(world.homes.geometry.to_numpy(), place))
        ]
        return _adds(found, np.arange(len(coverage.frame)), "min") if self.is_quick else None


class Lit(Tiny):
    """A `share` of each street's cells has a lamp; without are those who live at its dark cells (column `cell0`...)."""

    share: float = 0.8

    def measure(self, world: World) -> Measured:
        roads = world.layers["roads"].frame
        lit = np.isin(np.arange(len(roads) * CELLS), _cells(world.layers["devices"].frame, roads.index))
        lit = lit.reshape(-1, CELLS)
        people = _people(roads)
        required = np.full(len(roads), self.share * 10 * CELLS)
        frame = _frame(roads, pd.Series("", roads.index), required, lit.sum(1) * 10.0, people.sum(1))
        frame["people_short"] = (people * ~lit).sum(1)
        return Measured(frame, "m", "at_least")

    def adds(self, projects: Sequence[Project], coverage: Coverage, world: World) -> Adds | None:
        roads = world.layers["roads"].frame
        lit = set(_cells(world.layers["devices"].frame, roads.index).tolist())
        found = [
            (i, cell, 10.0)
            for i, project in enumerate(projects)
            for edit in project.edits
            if edit.layer == "devices"
            for cell in _cells(edit.add, roads.index)
            if cell not in lit
        ]
        place = np.repeat(np.arange(len(roads)), CELLS)
        return _adds(found, place, "any", _people(roads).ravel()) if self.is_quick else None


def random_layers(rng: random.Random) -> Layers:
    """Return up to 4 villages, 12 homes, 4 facilities, 3 streets and a few lamps and staff, now and then unknown."""
    units = [
        {
            "id": f"U{i}",
            "name": f"村{i}",
            "population": rng.choice([0, 7, 300, 1000, None]),
            "box": (400 * i, 0, 400 * i + 400, 400),
        }
        for i in range(rng.randint(1, 4))
    ]
    homes = [
        {
            "id": f"H{i:02d}",
            "people": rng.choice([0, 1, 3, 40, None]),
            "name": rng.choice(["", "", "", "lost"]),
            "at": _spot(rng),
        }
        for i in range(rng.randint(1, 12))
    ]
    roads = [
        {"id": f"R{i}", "line": [(0, i), (60, i)], **{f"cell{k}": rng.choice([0, 2, 5.5]) for k in range(CELLS)}}
        for i in range(rng.randint(1, 3))
    ]
    lamps = [{"id": f"L{i}", **_lamp(rng, len(roads))} for i in range(rng.randint(1, 5))]
    staff = [{"id": f"S{i}", **_staff(rng, len(units), blank=True)} for i in range(rng.randint(0, 4))]
    facilities = [{"id": f"F{i}", "at": _spot(rng)} for i in range(rng.randint(0, 2))]
    return layers_of(units=units, homes=homes, roads=roads, devices=lamps, staff=staff, facilities=facilities)


def random_projects(rng: random.Random, layers: Layers, count: int) -> list[Project]:
    """Return that many projects, each adding up to three rows to one or two layers, costs on a coarse scale."""
    projects = []
    for i in range(count):
        edits = [_edit(rng, layers, kind, f"P{i:02d}") for kind in _kinds(rng)]
        projects.append(project(f"P{i:02d}", edits, cost=rng.choice([0, 1, 1, 2, 5, 10]) * 1e4))
    return projects


def project(
    id_: str, edits: Sequence[Edit], *, cost: float, rule_ids: Sequence[str] = ("near",), yearly: float = 0
) -> Project:
    """Return a project with these edits."""
    cost_of_one = Cost(low=cost / 2, mid=cost, high=cost * 2, yearly=yearly, life_years=10)
    edits = tuple(edits)
    return Project(id_, "build", id_, "", tuple(rule_ids), (), 1.0, "set", edits, cost_of_one, Point(0, 0))


def facility(layer: str, id_: str, at: tuple[float, float]) -> Edit:
    """Return the edit that adds one facility."""
    return Edit(layer, add=gpd.GeoDataFrame(index=pd.Index([id_], name="id"), geometry=[Point(at)], crs=CRS))


def helpers(id_: str, unit_id: str, count: float) -> Edit:
    """Return the edit that adds so many helpers to a village."""
    row = {"unit_id": [unit_id], "role": ["helper"], "count": [count]}
    return Edit("staff", add=pd.DataFrame(row, index=pd.Index([id_], name="id")))


def lamp(id_: str, road: str, cell: int) -> Edit:
    """Return the edit that puts up one lamp at a cell of a street."""
    row = {"road": [road], "cell": [cell]}
    return Edit("devices", add=gpd.GeoDataFrame(row, index=pd.Index([id_], name="id"), geometry=[Point(0, 0)], crs=CRS))


def three_rules(*, is_quick: bool = True) -> list[Rule]:
    """Return one rule of each kind, of different severity."""
    return [
        Helpers(id="helpers", type="helpers", severity="A", weight=0.5, is_quick=is_quick),
        Near(id="near", type="near", severity="B", is_quick=is_quick),
        Lit(id="lit", type="lit", severity="C", is_quick=is_quick),
    ]


def _frame(rows, unit_id, required, supplied, people) -> pd.DataFrame:
    columns = {
        "name": rows["name"].fillna("").to_numpy(object),
        "unit_id": np.asarray(unit_id),
        "required": required,
        "supplied": supplied,
        "people": np.asarray(people, float),
        "reason": "",
        "geometry": rows.geometry.to_numpy(object),
    }
    return pd.DataFrame(columns, index=rows.index)


def _adds(found, place, combine, people=None) -> Adds:
    numbers = np.array(found, dtype=float).reshape(-1, 3)
    project, cell = numbers[:, 0].astype(np.intp), numbers[:, 1].astype(np.intp)
    return Adds(project, cell, numbers[:, 2], place.astype(np.intp), combine, people)


def _cells(lamps, roads: pd.Index) -> np.ndarray:
    return np.array([roads.get_loc(r) * CELLS + int(c) for r, c in zip(lamps["road"], lamps["cell"], strict=True)], int)


def _people(roads) -> np.ndarray:
    return roads[[f"cell{k}" for k in range(CELLS)]].to_numpy(float)


def _spot(rng: random.Random) -> tuple[float, float]:
    return 50.0 * rng.randint(0, 20), 50.0 * rng.randint(0, 8)


def _lamp(rng: random.Random, roads: int) -> dict[str, object]:
    return {"road": f"R{rng.randrange(roads)}", "cell": rng.randrange(CELLS), "at": (0, 0)}


def _staff(rng: random.Random, units: int, *, blank: bool = False) -> dict[str, object]:
    return {
        "unit_id": f"U{rng.randrange(units)}",
        "role": "helper",
        "count": rng.choice([1, 1, 2, None if blank else 1]),
    }


def _kinds(rng: random.Random) -> list[str]:
    kinds = ["staff", "facilities", "devices"]
    return rng.sample(kinds, rng.choice([1, 1, 1, 2]))


def _edit(rng: random.Random, layers: Layers, kind: str, prefix: str) -> Edit:
    ids = pd.Index([f"{prefix}-{k}" for k in range(rng.randint(1, 3))], name="id")
    if kind == "staff":
        rows = [_staff(rng, len(layers["units"].frame)) for _ in ids]
        return Edit(kind, add=pd.DataFrame(rows, index=ids))
    if kind == "devices":
        rows = [_lamp(rng, len(layers["roads"].frame)) for _ in ids]
        frame = gpd.GeoDataFrame(
            pd.DataFrame(rows, index=ids).drop(columns="at"), geometry=[Point(0, 0)] * len(ids), crs=CRS
        )
        return Edit(kind, add=frame)
    return Edit(kind, add=gpd.GeoDataFrame(index=ids, geometry=[Point(_spot(rng)) for _ in ids], crs=CRS))
