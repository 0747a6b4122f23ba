"""Along roads: random small towns against the centimetre ruler, and every promise against a re-run."""

import random
from itertools import combinations

import numpy as np
import pytest
from shapely.geometry import LineString

from geo.coverage import coverage
from geo.gaps import Gap
from geo.rules.along_road import AlongRoad
from geo.world import World
from tests.geo.oracles.along_road import judged
from tests.geo.worlds import layers_of, shuffled

BATCHES, TOWNS = 20, 30  # towns of a batch are judged together, 5 km apart
APART_M = 5000
STEPS = [(1, 0), (-1, 0), (0, 1), (0, -1), (3, 4), (4, -3), (-3, 4), (-4, -3)]  # all of whole length


def batch(seed):
    """Return towns (rows of roads, lamps and homes on whole metres) and the options of one rule for all of them."""
    rng = random.Random(seed)
    columns = rng.choice([(), ("lit_required",), ("lit_required", "lit")])
    states = rng.choice([("working",), ("working", "working", "broken", None), ("working", "planned", "broken")])
    options = {
        "radius_m": rng.choice([5.0, 10.0, 17.5, 25.0]),
        "share": rng.choice([0.5, 0.9, 1.0]),
        "max_offset_m": rng.choice([None, 4.0, 30.0]),
        "min_length_m": rng.choice([0.0, 20.0, 50.0]),
    }
    return [town(rng, f"{seed}-{n:02d}", n * APART_M, columns, states) for n in range(TOWNS)], options


def town(rng, name, east, columns, states):
    roads = streets(rng, name, east)
    for road in roads:
        for column in columns:
            road[column] = rng.choice(
                [True, True, True, False, None] if column == "lit_required" else [None, None, False, True]
            )

    def beside(most):
        x, y = rng.choice(rng.choice(roads)["line"])
        return x + rng.randint(-most, most), y + rng.randint(-most, most)

    lamps = [
        {"id": f"L{name}-{i}", "category": "lamp", "status": rng.choice(states), "at": beside(25)}
        for i in range(rng.randint(0, 7))
    ]
    homes = [
        {"id": f"H{name}-{i}", "people": rng.choice([1, 2, 5]), "at": beside(40)} for i in range(rng.randint(1, 6))
    ]
    return roads, lamps, homes


def streets(rng, name, east):
    """Return up to five roads that start at corners of each other; one that runs over itself is drawn again."""
    corners = [(east + rng.randrange(0, 6) * 20, rng.randrange(0, 6) * 20)]
    roads = []
    wanted = rng.randint(1, 5)
    while len(roads) < wanted:
        line = [rng.choice(corners)]
        for _ in range(rng.randint(1, 3)):
            (dx, dy), step = rng.choice(STEPS), rng.choice([5, 10, 20])
            line.append((line[-1][0] + dx * step, line[-1][1] + dy * step))
        if LineString(line).is_simple:
            corners += line
            roads.append({"id": f"R{name}-{len(roads)}", "line": line})
    return roads


def overlap(roads):
    """Return whether one of the roads runs along another, as two lines on top of each other."""
    pairs = combinations([LineString(road["line"]) for road in roads], 2)
    return any(one.intersection(other).length > 0 for one, other in pairs)


def checked(towns, options):
    roads, lamps, homes = ([row for part in parts for row in part] for parts in zip(*towns, strict=True))
    world = World(layers_of(roads=roads, devices=lamps, homes=homes))
    return coverage(AlongRoad(id="dark", type="along_road", **options), world), world


@pytest.mark.parametrize("seed", range(BATCHES))
def test_verdicts_and_people_agree_with_the_ruler(seed):
    towns, options = batch(seed)
    found, _ = checked(towns, options)
    ruled = {name: value for name, value in options.items() if name != "min_length_m"}
    wanted = {id_: row for part in towns for id_, row in judged(*part, **ruled).items()}
    blurred = {road["id"] for part in towns if overlap(part[0]) for road in part[0]}
    assert list(found.frame.index) == sorted(wanted)
    for id_, row in found.frame.iterrows():
        assert row["status"] == wanted[id_]["status"], id_
        assert row["supplied"] == pytest.approx(wanted[id_]["supplied"], abs=1e-3), id_
        if "people" not in wanted[id_]:
            assert np.isnan(row["required"]), id_
            continue
        assert row["required"] == pytest.approx(wanted[id_]["required"]), id_
        if id_ in blurred:  # homes on a road that lies on another may be said to live on either
            continue
        assert row["people"] == wanted[id_]["people"], id_
        if row["status"] == "short":
            assert row["people_short"] == wanted[id_]["people_short"], id_


@pytest.mark.parametrize("seed", range(BATCHES))
def test_gaps_hold_every_short_road_and_projects_close_them_exactly(seed):
    found, world = checked(*batch(seed))
    rule, length = found.rule, dict(zip(world.layers["roads"].frame.index, found.measured.detail.length_m, strict=True))
    gaps = rule.gaps(found, world)
    short = found.frame[found.frame["status"] == "short"]
    assert {gap.place_ids[0] for gap in gaps} == set(short.index)
    assert len({gap.id for gap in gaps}) == len(gaps)
    dark = dict.fromkeys(short.index, 0.0)
    for gap in gaps:
        assert gap.geometry.length == pytest.approx(gap.amount, abs=1e-6), gap.id
        dark[gap.place_ids[0]] += gap.amount
    for id_, metres in dark.items():
        assert metres <= length[id_] - short.loc[id_, "supplied"] + 1e-6, id_
    projects = rule.repairs(gaps, found, world)
    assert {id_ for project in projects for id_ in project.gap_ids} == {gap.id for gap in gaps}
    assert len({project.id for project in projects}) == len(projects)
    closing = {project.gap_ids[0]: project for project in projects}  # the last one that names a gap closes it
    turns: dict[str, list[Gap]] = {}
    for gap in gaps:
        turns.setdefault(gap.place_ids[0][: len(f"R{seed}-00")], []).append(gap)
    for turn in range(max(map(len, turns.values()), default=0)):  # one gap of each town at a time
        now = [some[turn] for some in turns.values() if turn < len(some)]
        other = world.with_edits(tuple(edit for gap in now for edit in closing[gap.id].edits))
        after = coverage(rule, other)
        again = {gap.place_ids[0]: gap for gap in rule.gaps(after, other)}
        for gap in now:
            place = gap.place_ids[0]
            gained = after.frame.loc[place, "supplied"] - found.frame.loc[place, "supplied"]
            assert gained >= gap.amount - 1e-6, (gap.id, closing[gap.id].action)
            assert place not in again or again[place].geometry.intersection(gap.geometry).length < 1e-3, gap.id


@pytest.mark.parametrize("seed", range(BATCHES))
def test_what_projects_add_equals_a_rerun_with_all_of_them(seed):
    found, world = checked(*batch(seed))
    rule = found.rule
    projects = rule.repairs(rule.gaps(found, world), found, world)
    adds = rule.adds(projects, found, world)
    for turn in range(2):
        rng = random.Random(seed + 1000 * turn)
        chosen = sorted(rng.sample(range(len(projects)), rng.randint(0, len(projects))))
        after = rule.measure(world.with_edits(tuple(edit for i in chosen for edit in projects[i].edits))).frame
        named = np.isin(adds.project, chosen)
        cells, first = np.unique(adds.cell[named], return_index=True)
        supplied = found.frame["supplied"].to_numpy(float).copy()
        np.add.at(supplied, adds.place[cells], adds.amount[named][first])
        np.testing.assert_allclose(supplied, after["supplied"].to_numpy(float), atol=1e-6)
        without = found.measured.frame["people_short"].to_numpy(float).copy()
        np.subtract.at(without, adds.place[cells], adds.people[cells])
        np.testing.assert_allclose(without, after["people_short"].to_numpy(float), atol=1e-9)


def test_rows_in_another_order_give_the_same_gaps_and_projects():
    for seed in range(3):
        found, world = checked(*batch(seed))
        other = World(shuffled(world.layers, seed))
        again = coverage(found.rule, other)
        gaps, later = found.rule.gaps(found, world), found.rule.gaps(again, other)
        assert [(gap.id, gap.amount, gap.people, gap.geometry.wkt) for gap in gaps] == [
            (gap.id, gap.amount, gap.people, gap.geometry.wkt) for gap in later
        ]
        ours, theirs = found.rule.repairs(gaps, found, world), found.rule.repairs(later, again, other)
        assert [(p.id, p.action, p.amount, p.geometry.wkt) for p in ours] == [
            (p.id, p.action, p.amount, p.geometry.wkt) for p in theirs
        ]


def test_gap_ids_stay_when_every_vertex_moves_by_a_few_metres():
    """A town whose lamps stand well apart: no move of up to 2 m brings one to another road or in front of another."""
    rng = random.Random(3)
    roads = [[(0, 0), (200, 0), (400, 0)], [(200, 0), (200, 300)], [(400, 0), (400, 300)]]
    lamps = [
        {"id": f"L{i}", "category": "lamp", "status": "working", "at": at}
        for i, at in enumerate([(90, 4), (300, -3), (203, 150)])
    ]
    rule = AlongRoad(id="dark", type="along_road")

    def ids(move):
        moved = {
            xy: (xy[0] + rng.uniform(-move, move), xy[1] + rng.uniform(-move, move)) for line in roads for xy in line
        }
        rows = [{"id": f"R{i}", "line": [moved[xy] for xy in line]} for i, line in enumerate(roads)]
        world = World(layers_of(roads=rows, devices=lamps, homes=[]))
        return [gap.id for gap in rule.gaps(coverage(rule, world), world)]

    assert len(ids(0)) == 6
    assert all(ids(2) == ids(0) for _ in range(50))
