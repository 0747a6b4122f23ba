"""A task finds its gap again whatever became of ids and lines, closes only on what is seen to be met, and guesses nothing."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPoint, Point, box

from geo.coverage import coverage
from geo.followup import OUTCOMES, SeenGap, Tracked, follow_up, judged_rule
from geo.overlap import covered_share
from geo.world import World
from layers.ruletypes import rule_type
from tests.geo.test_cases import ALL, USUAL
from tests.geo.worlds import layers_of

NAN = float("nan")


def gap(id_, shape, *, places=(), amount=10.0, rule="R"):
    return SeenGap(id_, rule, tuple(places), amount, "m", NAN, shape)


def run(gaps, places):
    """Return what one run says of rule R: its gaps, and places as {id: (status, shape)}."""
    shapes = np.empty(len(places), dtype=object)
    shapes[:] = [shape for _, shape in places.values()]
    return {"R": judged_rule(gaps, places, [status for status, _ in places.values()], shapes)}


def found(old, gaps, places):
    (finding,) = follow_up([Tracked(1, old)], run(gaps, places)).findings
    return finding


SQUARE = box(0, 0, 1000, 1000)
STREET = LineString([(0, 0), (400, 0)])


# --- villages -------------------------------------------------------------------------------------------------------


def test_a_village_that_is_still_short_keeps_its_task():
    finding = found(gap("g", SQUARE, places=["A"]), [gap("g", SQUARE, places=["A"])], {"A": ("short", SQUARE)})
    assert (finding.outcome, finding.how, finding.now) == ("open", "id", ("g",))


def test_a_village_that_is_met_is_closed():
    assert found(gap("g", SQUARE, places=["A"]), [], {"A": ("met", SQUARE)}).outcome == "closed"


def test_half_of_what_was_missing_is_partly_closed():
    finding = found(
        gap("g", SQUARE, places=["A"], amount=4), [gap("g", SQUARE, places=["A"], amount=2)], {"A": ("short", SQUARE)}
    )
    assert (finding.outcome, finding.left) == ("partly", 0.5)


def test_a_village_under_a_new_code_keeps_its_task():
    finding = found(gap("g", SQUARE, places=["A"]), [gap("h", SQUARE, places=["Z"])], {"Z": ("short", SQUARE)})
    assert (finding.outcome, finding.how, finding.now) == ("open", "shape", ("h",))


def test_a_code_given_to_another_village_does_not_carry_the_task_along():
    """A is now called B and is met; the code A went to a village elsewhere that is short."""
    elsewhere = box(5000, 0, 6000, 1000)
    places = {"A": ("short", elsewhere), "B": ("met", SQUARE)}
    assert found(gap("g", SQUARE, places=["A"]), [gap("g", elsewhere, places=["A"])], places).outcome == "closed"


def test_a_village_that_was_split_stays_with_its_task_as_far_as_either_half_is_short():
    west, east = box(0, 0, 500, 1000), box(500, 0, 1000, 1000)
    places = {"A1": ("short", west), "A2": ("met", east)}
    finding = found(gap("g", SQUARE, places=["A"], amount=2), [gap("w", west, places=["A1"], amount=1)], places)
    assert (finding.outcome, finding.now) == ("partly", ("w",))
    both = [gap("w", west, places=["A1"], amount=1), gap("e", east, places=["A2"], amount=1)]
    finding = found(gap("g", SQUARE, places=["A"], amount=2), both, {"A1": ("short", west), "A2": ("short", east)})
    assert (finding.outcome, finding.now) == ("open", ("w", "e"))


def test_a_split_village_is_closed_when_both_halves_are_met_and_not_while_one_is_unknown():
    west, east = box(0, 0, 500, 1000), box(500, 0, 1000, 1000)
    old = gap("g", SQUARE, places=["A"])
    assert found(old, [], {"A1": ("met", west), "A2": ("met", east)}).outcome == "closed"
    assert found(old, [], {"A1": ("met", west), "A2": ("unknown", east)}).outcome == "unknown"
    assert found(old, [], {"A1": ("met", west)}).outcome == "missing"


@pytest.mark.parametrize("new_id", ["a", "ab"])
def test_two_villages_that_were_merged_both_keep_their_tasks(new_id):
    west, east = box(0, 0, 500, 1000), box(500, 0, 1000, 1000)
    tracked = [Tracked(1, gap("a", west, places=["A"])), Tracked(2, gap("b", east, places=["B"]))]
    both = run([gap(new_id, SQUARE, places=["A"])], {"A": ("short", SQUARE)})
    followed = follow_up(tracked, both)
    assert [finding.now for finding in followed.findings] == [(new_id,), (new_id,)]
    assert followed.new == ()


def test_a_boundary_moved_by_a_sliver_does_not_tie_a_closed_task_to_the_neighbours_gap():
    west, east = box(0, 0, 500, 1000), box(500, 0, 1000, 1000)
    wider = box(440, 0, 1000, 1000)
    tracked = [Tracked(1, gap("a", west, places=["A"])), Tracked(2, gap("b", east, places=["B"]))]
    seen = run([gap("b", wider, places=["B"])], {"A": ("met", box(0, 0, 440, 1000)), "B": ("short", wider)})
    followed = follow_up(tracked, seen)
    assert [finding.now for finding in followed.findings] == [(), ("b",)]


def test_a_gap_that_overlaps_a_third_is_listed_for_a_person():
    third = box(700, 0, 1700, 1000)
    finding = found(gap("g", SQUARE, places=["A"]), [gap("h", third, places=["Z"])], {"Z": ("short", third)})
    assert (finding.outcome, finding.now, finding.candidates) == ("ambiguous", (), ("h",))


def test_a_village_deleted_from_the_data_is_missing_and_not_closed():
    finding = found(gap("g", SQUARE, places=["A"]), [], {"Z": ("met", box(5000, 0, 6000, 1000))})
    assert finding.outcome == "missing"


def test_a_rule_that_was_not_asked_says_nothing():
    (finding,) = follow_up([Tracked(1, gap("g", SQUARE, places=["A"], rule="other"))], run([], {})).findings
    assert finding.outcome == "not_judged"


# --- streets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shift_m", [0, 3, 5, 8])
def test_a_street_redrawn_a_few_metres_off_under_a_new_id_keeps_its_task(shift_m):
    moved = shapely.transform(STREET, lambda xy: xy + np.array([0, shift_m]))
    finding = found(gap("g", STREET, places=["R1"]), [gap("h", moved, places=["R9"])], {"R9": ("short", moved)})
    assert (finding.outcome, finding.now) == ("open", ("h",))


def test_lamps_in_the_middle_leave_two_stretches_of_the_same_task():
    pieces = [LineString([(0, 0), (100, 0)]), LineString([(300, 0), (400, 0)])]
    gaps = [gap("h", pieces[0], places=["R1"], amount=100), gap("i", pieces[1], places=["R1"], amount=100)]
    finding = found(gap("g", STREET, places=["R1"], amount=400), gaps, {"R1": ("short", STREET)})
    assert (finding.outcome, finding.now, finding.left) == ("partly", ("h", "i"), 0.5)


def test_a_stretch_that_grew_because_its_lamp_broke_is_the_same():
    longer = LineString([(0, 0), (900, 0)])
    finding = found(
        gap("g", STREET, places=["R1"], amount=400),
        [gap("h", longer, places=["R1"], amount=900)],
        {"R1": ("short", longer)},
    )
    assert (finding.outcome, finding.now) == ("open", ("h",))


def test_a_lit_stretch_is_closed_though_its_road_is_dark_elsewhere():
    road = LineString([(0, 0), (2000, 0)])
    far = LineString([(1500, 0), (2000, 0)])
    finding = found(gap("g", STREET, places=["R1"]), [gap("far", far, places=["R1"])], {"R1": ("short", road)})
    assert finding.outcome == "closed"


def test_a_dark_carriageway_beside_a_lit_one_keeps_to_its_own_task():
    other = shapely.transform(STREET, lambda xy: xy + np.array([0, 10]))
    tracked = [Tracked(1, gap("one", STREET, places=["R1"])), Tracked(2, gap("two", other, places=["R2"]))]
    seen = run([gap("two", other, places=["R2"])], {"R1": ("met", STREET), "R2": ("short", other)})
    assert [finding.outcome for finding in follow_up(tracked, seen).findings] == ["closed", "open"]


def test_two_new_lines_on_the_same_old_one_are_listed_for_a_person():
    lines = [shapely.transform(STREET, lambda xy, dy=dy: xy + np.array([0, dy])) for dy in (-4, 4)]
    gaps = [gap("h", lines[0], places=["R8"]), gap("i", lines[1], places=["R9"])]
    finding = found(gap("g", STREET, places=["R1"]), gaps, {"R8": ("short", lines[0]), "R9": ("short", lines[1])})
    assert (finding.outcome, finding.candidates) == ("ambiguous", ("h", "i"))


# --- homes ----------------------------------------------------------------------------------------------------------

HOMES = [Point(60 * i, 0) for i in range(10)]


def homes(status):
    return {f"H{i}": (word, home) for i, (word, home) in enumerate(zip(status, HOMES, strict=True))}


HAMLET = gap("g", MultiPoint(HOMES), places=[f"H{i}" for i in range(10)], amount=100)


def test_a_hamlet_half_served_is_partly_closed():
    rest = gap("h", MultiPoint(HOMES[5:]), places=[f"H{i}" for i in range(5, 10)], amount=50)
    finding = found(HAMLET, [rest], homes(["met"] * 5 + ["short"] * 5))
    assert (finding.outcome, finding.left) == ("partly", 0.5)


def test_homes_taken_out_of_the_data_do_not_close_their_gap():
    kept = {id_: place for id_, place in homes(["met"] * 10).items() if id_ not in {"H7", "H8", "H9"}}
    assert found(HAMLET, [], kept).outcome == "missing"
    assert found(HAMLET, [], homes(["met"] * 10)).outcome == "closed"


def test_one_home_left_that_joined_a_large_hamlet_next_door_is_still_a_part():
    neighbours = [Point(540 + 30 * i, 0) for i in range(1, 20)]
    big = gap("big", MultiPoint([HOMES[9], *neighbours]), places=["H9", *(f"N{i}" for i in range(19))], amount=200)
    places = homes(["met"] * 9 + ["short"]) | {f"N{i}": ("short", home) for i, home in enumerate(neighbours)}
    finding = found(HAMLET, [big], places)
    assert finding.outcome in ("partly", "ambiguous")  # what it must never be is closed


# --- what holds for every rule ------------------------------------------------------------------------------------------


def _judged(rule, world):
    seen = coverage(rule, world)
    gaps = [
        SeenGap(g.id, g.rule_id, g.place_ids, g.amount, g.unit, g.people, g.geometry) for g in rule.gaps(seen, world)
    ]
    frame = seen.frame
    return judged_rule(gaps, frame.index.astype(str), frame["status"].astype(str), frame.geometry.to_numpy()), seen


def _asked(case):
    rule = rule_type(case["rule"]["type"]).model_validate({"id": "case", **case["rule"]})
    rows = case["world"]
    others = {kind: (kind, rows[kind]) for kind in rows.keys() - USUAL}
    world = World(layers_of(**{name: rows[name] for name in USUAL & rows.keys()}, more=others), case.get("date"))
    return rule, world


@pytest.mark.parametrize("case", ALL)
def test_every_gap_finds_itself_and_is_closed_once_its_projects_are_built(case):
    rule, world = _asked(case)
    seen, covered = _judged(rule, world)
    tracked = [Tracked(i, one) for i, one in enumerate(seen.gaps)]
    followed = follow_up(tracked, {"case": seen})
    assert [finding.now for finding in followed.findings] == [(one.id,) for one in seen.gaps]
    assert followed.new == ()
    projects = rule.repairs(rule.gaps(covered, world), covered, world)
    after, covered_after = _judged(rule, world.with_edits(tuple(e for project in projects for e in project.edits)))
    outcomes = {f.gap.id: f.outcome for f in follow_up(tracked, {"case": after}).findings}
    unmet = set(covered_after.frame.index[covered_after.frame["status"] != "met"].astype(str))
    for one in seen.gaps:
        if not unmet & set(one.place_ids):
            assert outcomes[one.id] == "closed"
        elif {str(covered_after.frame["status"][p]) for p in one.place_ids if p in covered_after.frame.index} == {
            "short"
        }:
            along = all(shapely.get_dimensions(covered_after.frame.geometry[p]) == 1 for p in one.place_ids)
            assert outcomes[one.id] != "closed" or along


def test_a_task_is_as_far_as_the_worst_of_its_gaps():
    places = {"A": ("met", SQUARE), "B": ("short", box(2000, 0, 3000, 1000))}
    old = [gap("a", SQUARE, places=["A"]), gap("b", places["B"][1], places=["B"])]
    followed = follow_up([Tracked(1, one) for one in old], run([old[1]], places))
    assert followed.outcome(1) == "partly"
    assert followed.outcome(99) == "not_judged"
    assert set(OUTCOMES) >= set(Counter(finding.outcome for finding in followed.findings))


def test_shares_are_of_area_of_length_and_of_points():
    assert covered_share(SQUARE, box(0, 0, 250, 1000)) == pytest.approx(0.25)
    assert covered_share(STREET, LineString([(0, 5), (200, 5)])) == pytest.approx(0.5, abs=0.05)
    assert covered_share(MultiPoint(HOMES), MultiPoint(HOMES[:4])) == pytest.approx(0.4)
    assert covered_share(MultiPoint(HOMES), SQUARE) == 1.0
    assert covered_share(box(0, 0, 0.001, 20), Point(0, 10)) == 1.0
    assert covered_share(Point(), SQUARE) == 0.0


def test_a_gap_beside_the_ground_of_a_closed_task_is_new_and_not_a_riddle():
    third = box(700, 0, 1700, 1000)
    seen = run([gap("h", third, places=["Z"])], {"A": ("met", SQUARE), "Z": ("short", third)})
    followed = follow_up([Tracked(1, gap("g", SQUARE, places=["A"]), is_closed=True)], seen)
    assert (followed.outcome(1), followed.new) == ("closed", ("h",))


def test_an_unclear_gap_is_clear_once_it_has_a_task_of_its_own():
    third = box(700, 0, 1700, 1000)
    seen = run([gap("h", third, places=["Z"])], {"A": ("met", SQUARE), "Z": ("short", third)})
    tracked = [Tracked(1, gap("g", SQUARE, places=["A"])), Tracked(2, gap("h", third, places=["Z"]))]
    assert [finding.outcome for finding in follow_up(tracked, seen).findings] == ["closed", "open"]
