"""With a task ledger the page shows who works on which gap, and the villages once all open tasks are done."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from geo.coverage import Coverage, decided
from geo.followup import Followup
from geo.forecast import Forecast, RuleForecast
from geo.ongoing import Ongoing, TakenOn
from geo.rule import Measured
from maps.page import write_page
from maps.page.undertaken import task_of_gap
from tests.maps.browsing import needs_chromium, opened
from tests.maps.fakes import town

pytestmark = needs_chromium
RULE = "AGE-01"


def under_way(assessment=None, texts=("",)):
    """The town with a task on every gap of one rule, whose forecast finds that rule met everywhere.

    What somebody typed into the ledger is followed by one of the `texts` each.
    """
    assessment = assessment or town()
    before = assessment.coverages[RULE]
    measured = Measured(before.measured.frame.assign(supplied=1.0), before.measured.unit, before.measured.sense)
    coverages = {**assessment.coverages, RULE: Coverage(before.rule, measured, decided(measured))}
    gaps = [gap for gap in assessment.gaps if gap.rule_id == RULE]
    tasks = tuple(
        TakenOn(
            id=i,
            list="2026" + texts[i % len(texts)],
            title=f"建养老服务中心 {i}{texts[(i + 1) % len(texts)]}",
            state="working",
            light="on_track",
            leader="张三" + texts[(i + 2) % len(texts)],
            department="民政办" + texts[(i + 3) % len(texts)],
            due=dt.date(2026, 12, 31),
            progress=0.5,
            unit_id=gap.unit_id,
            project_id="",
            gap_ids=(gap.id,),
            outcome="open",
            people=gap.people,
            cost=0.0,
            geometry=gap.geometry,
            is_open=True,
        )
        for i, gap in enumerate(gaps, start=1)
    )
    people = float(before.frame["people_short"].sum())
    ahead = Forecast(
        coverages=coverages,
        rules={RULE: RuleForecast(len(gaps), 0, people, 0.0)},
        remaining=tuple(gap for gap in assessment.gaps if gap.rule_id != RULE),
        counted=tuple(task.id for task in tasks),
        left_out=(),
    )
    working_on = {gap.id: task.id for gap, task in zip(gaps, tasks, strict=True)}
    return replace(assessment, ongoing=Ongoing(tasks, Followup((), ()), working_on, ahead, "ab" * 32))


@pytest.fixture
def worked(browser, tmp_path):
    file = tmp_path / "map.html"
    file.write_text(write_page(under_way(), language="zh"), encoding="utf-8")
    result = opened(browser, file)
    yield result.page
    assert result.said == []
    result.page.close()


def test_after_open_tasks_the_rule_is_met_and_its_gaps_are_gone(worked):
    worked.click("#when button:has-text('在办任务完成后')")
    figures = worked.locator("#outcome dd").all_inner_texts()
    assessment = under_way()
    left = sum(gap.rule_id != RULE for gap in assessment.gaps)
    assert figures[2] == f"{len(assessment.gaps)} → {left}"
    row = worked.locator(".rules tr", has_text="村级养老服务中心")
    assert row.locator("td.number strong").inner_text() == "0"
    worked.click("#when button:has-text('现状')")
    assert row.locator("td.number strong").inner_text() != "0"


def test_gap_says_who_works_on_it_and_the_list_can_be_narrowed_to_such(worked):
    worked.click("#tabber-gaps")
    worked.select_option("select[aria-label='按状态筛选']", "task")
    gaps = [gap for gap in under_way().gaps if gap.rule_id == RULE]
    assert worked.locator(".gaps tbody tr").count() == len(gaps)
    worked.click(".gaps tbody tr:first-child .row-name")
    said = worked.inner_text(".card .task")
    for expected in ("建养老服务中心", "民政办, 张三", "期限 2026-12-31"):
        assert expected in said


def test_map_shows_open_tasks_with_their_lights_and_a_card_for_each(worked):
    count = sum(gap.rule_id == RULE for gap in under_way().gaps)
    assert f"在办任务（{count} 件）" in worked.inner_text("#tab-findings")
    worked.click(".tasks tbody tr:first-child .row-name")
    card = worked.inner_text(".card")
    for expected in ("#1 建养老服务中心 1", "绿灯（正常）", "民政办, 张三", "2026-12-31", "50%"):
        assert expected in card
    legend = worked.inner_text("#legend-body")
    assert "在办任务的亮灯" in legend
    assert "■ 绿灯（正常）" in legend


def test_figures_after_open_tasks_are_those_of_the_forecast(worked):
    worked.click("#when button:has-text('在办任务完成后')")
    names = worked.locator("#outcome dt").all_inner_texts()
    assert names == ["计入任务", "未享有人次", "剩余缺口", "村居未达标项次"]
    assessment = under_way()
    ahead = assessment.ongoing.forecast
    figures = worked.locator("#outcome dd").all_inner_texts()
    assert figures[0] == f"{len(ahead.counted)} / {len(ahead.counted)}"
    without = [
        sum(c.frame["people_short"].sum() for c in all_.values()) for all_ in (assessment.coverages, ahead.coverages)
    ]
    assert figures[1] == " → ".join(f"{people:,.0f}" for people in without)


def test_gap_of_which_a_part_is_left_under_another_name_is_not_closed():
    assessment = under_way()
    gap = next(gap for gap in assessment.gaps if gap.rule_id == RULE)
    ahead = assessment.ongoing.forecast
    renamed = replace(ahead, remaining=(*ahead.remaining, replace(gap, id="other", place_ids=gap.place_ids[:1])))
    left = replace(assessment, ongoing=replace(assessment.ongoing, forecast=renamed))
    closed = dict(zip((each.id for each in assessment.gaps), task_of_gap(left)[1], strict=True))
    assert not closed[gap.id]
    assert sum(closed.values()) == sum(each.rule_id == RULE for each in assessment.gaps) - 1


def test_without_a_ledger_there_is_no_third_view(shown):
    assert shown.page.locator("#when button").count() == 2
