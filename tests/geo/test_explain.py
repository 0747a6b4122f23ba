"""What is said of a gap and of a project, word for word, from the written tables alone."""

from __future__ import annotations

import pandas as pd
import pytest
from shapely import Point

from geo.explain import Tables, explain, why
from geo.gaps import Gap
from geo.projects import Project
from geo.rules.reach import Reach
from geo.worth import Gain
from layers.options import Cost, Norm, Title
from layers.problems import InputError
from layers.text import say

RULE = Reach(
    id="near",
    type="reach",
    facilities="clinic",
    cutoff_m=1000,
    severity="A",
    title=Title(zh="千米内有卫生室", en="A clinic within 1 000 m"),
    norm=Norm(text="镇政府 2026", mark="I"),
)
BARE = RULE.model_copy(update={"id": "bare", "title": Title(), "norm": Norm(text="", mark="U")})


def tables() -> Tables:
    coverage = pd.DataFrame(
        [
            ("near", "H1", "老屋", 1000.0, float("inf"), "m", "short"),
            ("near", "H2", "", 1000.0, 1250.5, "m", "short"),
            ("bare", "H2", "", 1000.0, float("nan"), "m", "unknown"),
        ],
        columns=["rule_id", "place_id", "name", "required", "supplied", "unit", "status"],
    )
    gaps = pd.DataFrame(
        [
            ("near-A", "near", "H1", "老屋", 12.0, "people", 12.0, "没有道路相通"),
            ("near-B", "near", "H2", "", 7.0, "people", float("nan"), ""),
            ("bare-C", "bare", "H9", "", 1.0, "people", 1.0, float("nan")),
        ],
        columns=["gap_id", "rule_id", "place_id", "name", "amount", "unit", "people", "reason"],
    )
    projects = pd.DataFrame(
        [
            (
                1,
                "P-1",
                "build_facility",
                "建卫生室",
                "near",
                "near-A",
                8e4,
                1e5,
                2e5,
                12.0,
                48.0,
                4.0,
                1e5,
                True,
                "甲。",
            ),
            (
                2,
                "P-2",
                "build_facility",
                "",
                "near;bare",
                "near-A;near-B",
                1e5,
                1e5,
                1e5,
                7.0,
                3.0,
                0.5,
                2e5,
                False,
                "乙。",
            ),
            (3, "P-3", "hire", "丙", "bare", "bare-X", 1e5, 1e5, 1e5, 7.0, 3.0, 0.75, 3e5, False, "丙。"),
        ],
        columns=[
            *("rank", "project_id", "action", "name", "rule_ids", "gap_ids", "cost_low", "cost", "cost_high"),
            *("people_served", "need_closed", "need_per_10k_yuan", "cumulative_cost", "in_budget", "why"),
        ],
    )
    return Tables(coverage, gaps, projects)


def said(id_: str, language) -> list[str]:
    return [text.in_(language) for text in explain(id_, tables(), {"near": RULE, "bare": BARE})]


def test_gap_in_chinese():
    assert said("near-A", "zh") == [
        "near-A：老屋不符合“千米内有卫生室”，缺 12.0 人，影响 12 人。",
        "老屋：要求 1,000.0 米，现状 不可达，判定：未达标。",
        "原因：没有道路相通",
        "“千米内有卫生室”的依据：镇政府 2026（I 示例值，由本工具或本计划自定）；级别：A 兜底。",
        "可由项目 P-1（第 1 位，建设设施，约 100,000 元）解决或减轻；排到它时新增惠及 12 人。",
        "可由项目 P-2（第 2 位，建设设施，约 100,000 元）解决或减轻；排到它时新增惠及 7 人。",
    ]


def test_gap_in_english_without_name_reason_or_people():
    assert said("near-B", "en") == [
        'near-B: "A clinic within 1 000 m" does not hold at H2; 7.0 people missing, an unknown number of people without.',
        "H2: asked 1,000.0 m, found 1,250.5 m; verdict: short.",
        'Norm of "A clinic within 1 000 m": 镇政府 2026 (I illustrative, our own or the plan\'s choice); '
        "severity: A safety net.",
        "Closed or eased by project P-2 (rank 2, build a facility, about 100,000 yuan), "
        "which newly serves 7 people when its turn comes.",
    ]


def test_gap_without_norm_place_or_project():
    assert said("bare-C", "en") == [
        'bare-C: "bare" does not hold at H9; 1.0 people missing, 1 people without.',
        'Norm of "bare": the plan gives none (U unverified); severity: A safety net.',
        "No project on the list is for it alone: those above make its candidates unnecessary, or there is none.",
    ]


def test_project_in_chinese_with_what_it_beats_and_what_beats_it():
    assert said("P-2", "zh") == [
        "P-2：P-2，共 3 项中排第 2，在预算线以下。",
        "乙。",
        "费用 100,000～100,000 元，按 100,000 元计；连同前面各项累计 200,000 元。",
        "在前面各项完成之后，新增惠及 7 人，消除需求 3.0（加权人数），即十年费用每万元 0.50。",
        "上一项 P-1 每万元消除需求 4.00，比它多 3.50。",
        "相邻的 P-3 每万元消除需求 0.75；次序另由兜底优先、预算余额或并列时的次序决定。",
        "针对缺口 near-A：老屋，缺 12.0 人，影响 12 人。",
        "针对缺口 near-B：H2，缺 7.0 人，影响 人数不详。",
        "“千米内有卫生室”的依据：镇政府 2026（I 示例值，由本工具或本计划自定）；级别：A 兜底。",
        "“bare”的依据：计划未写明（U 未核实）；级别：A 兜底。",
    ]


def test_first_project_in_english():
    assert said("P-1", "en")[:5] == [
        "P-1: 建卫生室, rank 1 of 3, within the budget.",
        "甲。",
        "It costs 80,000 to 200,000 yuan, taken as 100,000; with everything above it 100,000 yuan.",
        "After everything above it, it newly serves 12 people and closes a need of 48.0 weighted people: "
        "4.00 per 10 000 yuan of ten-year cost.",
        "The next row, P-2, closes 0.50 per 10 000 yuan, 3.50 less.",
    ]


def test_unknown_id_is_an_input_error_with_the_nearest_id():
    with pytest.raises(InputError) as error:
        explain("near-a", tables(), {"near": RULE, "bare": BARE})
    assert error.value.in_("zh") == (
        "near-a：这份结果里没有编号为 near-a 的缺口或项目。请从 gaps.csv 或 projects.csv 中复制编号；您要找的可能是 near-A。"
    )


def test_empty_result_says_so():
    empty = tables()
    empty = Tables(empty.coverage, empty.gaps.iloc[:0], empty.projects.iloc[:0])
    with pytest.raises(InputError, match="neither gaps nor projects"):
        explain("P-1", empty, {})


def test_tables_stay_as_they_are():
    given, untouched = tables(), tables()
    explain("P-2", given, {"near": RULE, "bare": BARE})
    for table in ("coverage", "gaps", "projects"):
        pd.testing.assert_frame_equal(getattr(given, table), getattr(untouched, table))


def told(*, unit: str, name: str, served: tuple[tuple[str, float], ...], gap_rule: str = "near") -> str:
    """Return why a clinic is built for one gap of that name, in a village of that name."""
    cost = Cost(low=1e5, mid=2e5, high=3e5)
    gap = Gap("near-A", gap_rule, "A", ("H1",), "U1", name, 12.0, "people", 12.0, Point(0, 0), say("projects.here"))
    build = Project("P-1", "build_facility", "", "U1", (gap_rule,), ("near-A",), 1.0, "clinic", (), cost, Point(0, 0))
    rules = {"near": RULE, "bare": BARE}
    return why(build, Gain(1.0, 0.0, served, 1.0), [gap], rules, {"U1": unit}, beaten=None).in_("zh")


def test_why_names_the_village_and_the_spot_once_each():
    served = (("near", 10.0),)
    rest = "有 12 人未达到“千米内有卫生室”，新建 1 处后达到的增加 10 人，每人约 20,000 元。"
    assert told(unit="东塘村", name="老屋", served=served) == f"东塘村老屋{rest}"
    assert told(unit="东塘村", name="东塘村老屋", served=served) == f"东塘村老屋{rest}"
    assert told(unit="东塘村", name="", served=served) == f"东塘村{rest}"
    assert told(unit="", name="", served=served) == f"此处{rest}"


def test_why_speaks_of_the_rule_whose_gap_it_is_and_adds_what_else_it_does():
    assert told(unit="东塘村", name="", served=(("bare", 90.0), ("near", 10.0))) == (
        "东塘村有 12 人未达到“千米内有卫生室”，新建 1 处后达到的增加 10 人，并使“bare”多惠及 90 人，每人约 20,000 元。"
    )


def test_why_says_so_when_nobody_is_fully_served_yet():
    assert told(unit="东塘村", name="", served=(("near", 0.0),)) == (
        "东塘村的“千米内有卫生室”有 1 处缺口，新建 1 处使缺口缩小，但单靠这一项还没有人完全达到，建设费约 200,000 元。"
    )


def told_of(id_: str, language: str, beside: dict) -> list[str]:
    bare = tables()
    whole = Tables(bare.coverage, bare.gaps, bare.projects, beside)
    return [text.in_(language) for text in explain(id_, whole, {"near": RULE, "bare": BARE})]


FIRM = {
    "P-1": {
        "project_id": "P-1",
        "rank_without_equity": 2,
        "in_best_set": True,
        "stays_in": 0.873,
        "firm": "edge",
        "flip_rule_id": "near",
        "flip_factor": 0.833333,
        "bears_high_cost": False,
        "arrivals": [{"gap_id": "near-A", "place_id": "H1", "before": "inf", "after": 420.0}],
    },
    "P-2": {"project_id": "P-2", "rank_without_equity": 2, "stays_in": 0.02, "firm": "out"},
}


def test_project_says_how_firm_it_stands_and_what_would_move_it():
    assert told_of("P-1", "zh", FIRM)[5:11] == [
        "各村居的需求同等看待时，排第 2 位。",
        "它也在预算内的最优组合里。",
        "权重和单价随机变动时，有 87% 的情形它在预算内（边缘）。",
        "如果“千米内有卫生室”的权重变为现在的 0.83 倍，它就落到预算线以下；试过的更小的单项权重变动都不会改变这一点。",
        "如果它自己的造价按高价 200,000 元计，就落到预算线以下。",
        "针对缺口 near-A：老屋，缺 12.0 人，影响 12 人。",
    ]
    assert told_of("P-1", "zh", FIRM)[11] == "老屋：由 不可达 变为 420.0 米（要求 1,000.0 米）。"


def test_project_far_from_the_line_says_that_no_weight_moves_it():
    said = told_of("P-2", "en", FIRM)
    assert "It is not in the best set for the budget." in said
    assert "With weights and prices drawn at random it is inside the budget in 2 % of the draws (firmly out)." in said
    assert "No weight of one rule alone, changed up to fivefold either way, moves it over the line." in said


def test_gap_says_what_its_place_has_before_and_after():
    assert told_of("near-A", "en", FIRM)[-2] == "老屋: from unreachable to 420.0 m (asked 1,000.0 m)."


def test_project_that_is_not_ranked_says_why_and_what_stays_undone():
    bare = tables()
    gated = bare.projects.iloc[[1]].assign(rank=float("nan"), why="未参加排序：没有地块。", in_budget=False)
    whole = Tables(bare.coverage, bare.gaps, gated, {})
    said = [text.in_("zh") for text in explain("P-2", whole, {"near": RULE, "bare": BARE})]
    assert said[:4] == [
        "P-2：P-2，未参加排序。",
        "未参加排序：没有地块。",
        "费用 100,000～100,000 元，按 100,000 元计。",
        "清单上的项目全部完成之后，它还能新增惠及 7 人，消除需求 3.0（加权人数）。",
    ]
