"""What is said of a gap and of a project, word for word, from the written tables alone."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.explain import Tables, explain
from geo.rules.reach import Reach
from layers.options import Norm, Title
from layers.problems import InputError

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
        "老屋：要求 1,000.0 米，现状 不可达，判定：不达标。",
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
        "相邻的 P-3 每万元消除需求 0.75；次序另由兜底优先、预算余额或并列规则决定。",
        "针对缺口 near-A：老屋，缺 12.0 人，影响 12 人。",
        "针对缺口 near-B：H2，缺 7.0 人，影响 人数未知。",
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
