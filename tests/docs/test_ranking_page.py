"""The worked numbers of docs/ranking.md, worked out by the code they speak of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from geo.coverage import coverage
from geo.study import study
from geo.world import World
from layers.options import Cost
from layers.plan import Settings
from layers.rankingoptions import RankingOptions
from tests.geo.tiny_rules import Helpers, helpers, project
from tests.geo.worlds import layers_of

PAGES = [Path(__file__).parents[2] / "docs" / name for name in ("ranking.md", "ranking.zh.md")]


def cleaner_of_the_example():
    units = [
        {"id": "U0", "name": "甲", "population": 1000, "pop60": 400, "box": (0, 0, 1, 1)},
        {"id": "U1", "name": "乙", "population": 1000, "pop60": 200, "box": (1, 0, 2, 1)},
    ]
    staff = [{"id": "S0", "unit_id": "U0", "count": 1}, {"id": "S1", "unit_id": "U1", "count": 2}]
    world = World(layers_of(units=units, staff=staff, facilities=[]))
    rule = Helpers(id="helpers", type="helpers", due=2, severity="B")
    post = Cost(low=9_000, mid=12_000, high=15_000, per="post", life_years=1)
    hire = replace(project("P", [helpers("new", "U0", 1)], cost=1), cost=post, gap_ids=(), rule_ids=("helpers",))
    seen = {"helpers": coverage(rule, world)}
    found = study([hire], seen, [], world, Settings(name="甲镇", ranking=RankingOptions(draws=0)))
    return found.ranked[0]


def test_numbers_of_the_example_are_those_of_the_code():
    row = cleaner_of_the_example()
    assert row.need_closed == pytest.approx(2 * (4 / 3) ** 0.7 * 1000 / 2)
    lamps = replace(row.project, amount=5.0, cost=Cost(low=1_500, mid=2_000, high=3_000, life_years=8, yearly=60))
    said = (f"{row.need_closed:.0f}", f"{row.need_per_10k_yuan:.1f}", f"{2 * 250 / lamps.cost_life_cycle * 1e4:.1f}")
    assert said == ("1223", "101.9", "322.6")
    assert lamps.cost_life_cycle == 15_500
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert all(number in text for number in (*said, "15 500", "1.223"))


def test_pages_name_every_option_of_the_ranking():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        missing = [name for name in RankingOptions.model_fields if name not in text]
        assert missing == []
