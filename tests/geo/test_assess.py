"""The whole working-out on towns small enough to check by hand, with the rule types as they are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.assessment import Assessment, assess
from geo.rules.presence import Presence
from geo.rules.quota import Quota
from geo.rules.reach import Reach
from layers.edit import Edit
from layers.layer import Layers
from layers.options import Cost, Title
from layers.plan import Plan, Settings
from layers.problems import LayerError, PlannerError
from tests.geo.tiny_rules import Near
from tests.geo.worlds import layers_of, shuffled

CLEANERS = Quota(
    id="cleaners",
    type="quota",
    role="cleaner",
    per=500,
    severity="A",
    title=Title(zh="每500人一名保洁员", en="Cleaners"),
)
FITNESS = Presence(
    id="fitness",
    type="presence",
    facilities="fitness",
    title=Title(zh="每村一套健身器材", en="A fitness set in every village"),
    cost=Cost(low=20_000, mid=30_000, high=50_000, per="set"),
)


def plan_of(*rules, **settings) -> Plan:
    return Plan(Settings(name="东塘镇", **settings), {}, rules, Path(), "plan.yaml", "")


def two_villages() -> Layers:
    return layers_of(
        units=[
            {"id": "U1", "name": "东塘村", "population": 1000, "box": (0, 0, 1000, 1000)},
            {"id": "U2", "name": "西塘村", "population": 400, "box": (1000, 0, 2000, 1000)},
        ],
        homes=[{"id": "H1", "people": 1000, "at": (500, 500)}, {"id": "H2", "people": 400, "at": (1500, 500)}],
        facilities=[{"id": "F1", "category": "fitness", "status": "working", "at": (500, 500)}],
        staff=[{"id": "S1", "unit_id": "U1", "role": "cleaner", "count": 1}],
    )


def assessed(*rules, layers: Layers | None = None, **settings) -> Assessment:
    return assess(plan_of(*rules, **settings), layers or two_villages())


def test_two_villages_by_hand():
    found = assessed(CLEANERS, FITNESS)
    assert {id_: list(seen.frame["status"]) for id_, seen in found.coverages.items()} == {
        "cleaners": ["short", "short"],
        "fitness": ["met", "short"],
    }
    assert len(found.gaps) == 3
    told = [(row.project.action, row.project.unit_id, row.people_served) for row in found.ranked]
    # A cleaner costs 300 000 yuan in ten years: 4 x 500 weighted people in U1, 4 x 400 in U2; the set, 2 x 400 for 30 000.
    assert told == [("build_facility", "U2", 400), ("hire", "U1", 500), ("hire", "U2", 400)]
    assert [row.need_closed for row in found.ranked] == [800, 2000, 1600]


def test_safety_net_and_budget_come_from_the_plan():
    found = assessed(CLEANERS, FITNESS, safety_net_first=True, budget=70_000)
    told = [(row.project.action, row.project.unit_id, row.in_budget) for row in found.ranked]
    assert told == [("hire", "U1", True), ("hire", "U2", True), ("build_facility", "U2", False)]


def test_why_is_one_sentence_of_numbers_in_both_languages():
    first, second, _ = assessed(CLEANERS, FITNESS).ranked
    assert first.why.in_("zh") == (
        "西塘村按“每村一套健身器材”缺 1 处，新建 1 处后 400 人在本村居就有，每人约 75 元；按十年费用，每万元比下一项多惠及 116.7 人。"
    )
    assert second.why.in_("zh") == (
        "东塘村按“每500人一名保洁员”缺 1 人，增配 1 人后 500 人得到应有的服务，每人每年约 60 元；按十年费用，每万元比下一项多惠及 3.3 人。"
    )
    assert second.why.in_("en") == (
        '东塘村: 1 short of "Cleaners"; with 1 × hired, 500 more people have the service due to them, '
        "about 60 yuan a person a year; per 10 000 yuan of ten-year cost that is 3.3 people more than the next row."
    )


def test_fitness_set_that_two_rules_ask_for_is_one_project():
    far = Reach(id="near-fitness", type="reach", facilities="fitness", mode="straight", cutoff_m=600, cost=FITNESS.cost)
    both = assessed(FITNESS, far)
    ids = [row.project.id for row in both.ranked]
    assert len(set(ids)) == len(ids)
    assert both.ranked[0].served == (("fitness", 400.0), ("near-fitness", 400.0))
    assert len(both.ranked) == 1


def test_whole_list_done_leaves_no_gap():
    found = assessed(CLEANERS, FITNESS)
    edits = tuple(edit for row in found.ranked for edit in row.project.edits)
    again = assess(found.plan, found.world.layers.with_edits(edits))
    assert (again.gaps, again.ranked) == ((), ())


def test_shuffled_rows_give_the_same_ids_and_ranks():
    expected = assessed(CLEANERS, FITNESS)
    again = assessed(CLEANERS, FITNESS, layers=shuffled(two_villages(), 5))
    assert [gap.id for gap in again.gaps] == [gap.id for gap in expected.gaps]
    assert [(row.project.id, row.why) for row in again.ranked] == [(row.project.id, row.why) for row in expected.ranked]


def test_everything_that_is_wrong_with_the_layers_is_said_at_once():
    with pytest.raises(LayerError) as error:
        assessed(CLEANERS, FITNESS, layers=layers_of(units=[{"id": "U1", "population": 9, "box": (0, 0, 1, 1)}]))
    assert {str(problem.where) for problem in error.value.problems} == {"staff", "fitness"}


def test_two_gaps_of_one_id_are_refused():
    class Twice(Near):
        def gaps(self, coverage, world):
            return [*super().gaps(coverage, world)] * 2

    layers = layers_of(homes=[{"id": "H1", "people": 1, "at": (0, 0)}], facilities=[], units=[])
    with pytest.raises(PlannerError, match="two different gaps got the same id"):
        assessed(Twice(id="twice", type="near"), layers=layers)


def test_projects_that_become_needless_are_counted_in_a_note():
    class TwoWays(Presence):
        def repairs(self, gaps, coverage, world):
            one = super().repairs(gaps, coverage, world)
            dearer = [_dearer(project) for project in one]
            return [*one, *dearer]

    found = assessed(TwoWays(id="fitness", type="presence", facilities="fitness", cost=FITNESS.cost))
    assert len(found.ranked) == 1
    assert found.notes[-1].in_("zh") == "有 1 个候选项目在排在前面的项目完成后不再需要，未列入清单。"


def _dearer(project):
    from dataclasses import replace

    edit = project.edits[0]
    add = edit.add.copy()
    add.index = [f"{id_}-other" for id_ in add.index]
    cost = Cost(low=1e6, mid=1e6, high=1e6)
    return replace(project, id=project.id + "-other", amount=2, edits=(Edit(edit.layer, add=add),), cost=cost)


def test_notes_are_said_once_each():
    notes = assessed(CLEANERS, FITNESS, Quota(id="again", type="quota", role="cleaner", per=400)).notes
    assert len(notes) == len(set(notes))


def test_no_rules_give_an_empty_assessment():
    found = assessed()
    assert (dict(found.coverages), found.gaps, found.ranked, found.notes) == ({}, (), (), ())


def test_public_names_stay_what_they_are_after_every_module_is_imported() -> None:
    import geo
    import geo.assessment
    import layers
    import layers.plan
    import maps

    assert callable(geo.assess)
    assert callable(layers.read_plan)
    assert callable(layers.read_layers)
    assert callable(maps.write)
