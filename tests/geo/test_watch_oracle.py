"""Watching: random small towns against plain trigonometry, and every promise against a re-run."""

import random

import numpy as np
import pytest

from geo.coverage import coverage
from geo.rules.watch import Watch
from geo.world import World
from tests.geo.oracles.watch import judged
from tests.geo.worlds import layers_of, shuffled

BATCHES, TOWNS = 10, 50  # towns of a batch are judged together, 5 km apart
APART_M = 5000
LINES = [[(0, 0), (120, 0), (120, 120)], [(120, 0), (120, 40), (0, 40)], [(60, 0), (60, 90)], [(0, 70), (50, 70)]]


def batch(seed):
    """Return towns (rows of points, cameras, homes and roads on whole metres) and the options of one rule for all."""
    rng = random.Random(seed)
    options = {"radius_m": rng.choice([5.0, 30.0, 50.0]), "at_least": rng.choice([1, 1, 2])}
    return [town(rng, f"{seed}-{n:02d}", n * APART_M) for n in range(TOWNS)], options


def town(rng, name, east):
    def place(step=5):
        return east + rng.randrange(0, 25) * step, rng.randrange(0, 25) * step

    points = [{"id": f"P{name}-{i}", "name": f"口{i}", "at": place()} for i in range(rng.randint(0, 7))]
    near = [point["at"] for point in points] or [(east, 0)]
    cameras = []
    for i in range(rng.randint(0, 8)):
        x, y = rng.choice(near)
        cameras.append(
            {
                "id": f"C{name}-{i}",
                "category": "camera",
                "status": rng.choice(["working", "working", "broken", "planned", None]),
                "at": (x + rng.choice([0, 3, 18, 30, -24, -7]), y + rng.choice([0, 4, 24, -30, 18, 9])),
                "azimuth_deg": rng.choice([None, 0.0, 45.0, 90.0, 225.0, 360.0, 300.0]),
                "fov_deg": rng.choice([None, 60.0, 90.0, 180.0, 360.0]),
                "range_m": rng.choice([None, None, 5.0, 20.0, 60.0]),
            }
        )
    kept = [line for line in LINES if rng.random() < 0.7] if rng.random() < 0.8 else []
    roads = [{"id": f"R{name}-{i}", "line": [(east + x, y) for x, y in line]} for i, line in enumerate(kept)]
    homes = [{"id": f"H{name}-{i}", "people": rng.choice([1, 2, 5]), "at": place(6)} for i in range(rng.randint(1, 5))]
    return points, cameras, homes if points else [], roads


def checked(towns, options):
    points, cameras, homes, roads = ([row for part in parts for row in part] for parts in zip(*towns, strict=True))
    world = World(layers_of(points=points, devices=cameras, homes=homes, roads=roads or None))
    return coverage(Watch(id="cam", type="watch", **options), world), world


@pytest.mark.parametrize("seed", range(BATCHES))
def test_verdicts_and_people_agree_with_trigonometry(seed):
    towns, options = batch(seed)
    found, _ = checked(towns, options)
    wanted = {id_: row for part in towns for id_, row in judged(*part, **options).items()}
    got = found.frame[["supplied", "status", "people"]].astype({"status": object}).to_dict("index")
    assert got == wanted


@pytest.mark.parametrize("seed", range(BATCHES))
def test_projects_close_every_gap_and_promise_what_a_rerun_finds(seed):
    found, world = checked(*batch(seed))
    rule = found.rule
    gaps = rule.gaps(found, world)
    assert {gap.place_ids[0] for gap in gaps} == set(found.frame.index[found.frame["status"] == "short"])
    projects = rule.repairs(gaps, found, world)
    assert {id_ for project in projects for id_ in project.gap_ids} == {gap.id for gap in gaps}
    assert len({project.id for project in projects}) == len(projects)
    everything = world.with_edits(tuple(edit for project in projects for edit in project.edits))
    assert not (coverage(rule, everything).frame["status"] == "short").any()
    adds = rule.adds(projects, found, world)
    for turn in range(5):
        rng = random.Random(seed + 1000 * turn)
        chosen = sorted(rng.sample(range(len(projects)), rng.randint(0, len(projects))))
        after = rule.measure(world.with_edits(tuple(edit for i in chosen for edit in projects[i].edits))).frame
        named = np.isin(adds.project, chosen)
        cells, first = np.unique(adds.cell[named], return_index=True)
        supplied = found.frame["supplied"].to_numpy(float).copy()
        np.add.at(supplied, adds.place[cells], adds.amount[named][first])
        assert supplied.tolist() == after["supplied"].tolist()


def test_rows_in_another_order_give_the_same_gaps_and_projects():
    for seed in range(3):
        found, world = checked(*batch(seed))
        other = World(shuffled(world.layers, seed))
        again = coverage(found.rule, other)
        gaps, later = found.rule.gaps(found, world), found.rule.gaps(again, other)
        assert [(gap.id, gap.people) for gap in gaps] == [(gap.id, gap.people) for gap in later]
        ours, theirs = found.rule.repairs(gaps, found, world), found.rule.repairs(later, again, other)
        assert [(p.id, p.gap_ids, p.geometry.wkt) for p in ours] == [(p.id, p.gap_ids, p.geometry.wkt) for p in theirs]
