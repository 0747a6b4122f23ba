"""Keyboard, screen reader, contrast: no serious fault by axe-core's rules, on every list, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.maps.browsing import needs_chromium, opened, until

pytestmark = needs_chromium
SERIOUS = ("serious", "critical")


def faults(page: Any) -> list[str]:
    """Return what axe-core finds seriously wrong, each with the element."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in found
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


@pytest.fixture(params=[(1366, 768), (390, 844)], ids=["wide", "phone"])
def sized(request, browser, written):
    result = opened(browser, written, width=request.param[0], height=request.param[1])
    yield result.page
    result.page.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_list_has_a_serious_fault(sized, language):
    if language == "en":
        sized.click("#language")
    for tab in ("findings", "projects", "gaps", "villages", "sources"):
        sized.click(f"#tabber-{tab}")
        assert faults(sized) == [], tab


def test_no_card_village_or_sheet_has_a_serious_fault(sized):
    sized.click("#tabber-projects")
    sized.click("tr[data-row='1'] .row-name")
    assert faults(sized) == []
    sized.keyboard.press("Escape")
    sized.click("#tabber-villages")
    sized.click(".matrix tbody tr:nth-child(2) .link")
    assert faults(sized) == []
    for button in ("#print", "#summary"):
        sized.click(button)
        assert faults(sized) == []
        sized.keyboard.press("Escape")


def test_high_contrast_has_no_serious_fault_and_redraws_the_map(shown):
    picture = "document.querySelector('.drawing canvas').toDataURL()"
    before = shown.page.evaluate(picture)
    shown.page.click("#contrast")
    assert shown.page.get_attribute("#contrast", "aria-pressed") == "true"
    assert shown.page.evaluate(picture) != before
    assert faults(shown.page) == []
    shown.page.click("#contrast")
    assert shown.page.evaluate(picture) == before


def test_contrast_starts_as_the_system_asks(browser, written):
    context = browser.new_context(contrast="more")
    page = context.new_page()
    page.goto(written.as_uri())
    page.wait_for_selector("html[data-started]")
    assert page.evaluate("document.documentElement.classList.contains('contrast')")
    context.close()


def test_everything_is_reached_with_the_tab_key_alone(shown):
    seen = []
    for _ in range(60):
        shown.page.keyboard.press("Tab")
        seen.append(shown.page.evaluate("document.activeElement.id || document.activeElement.className"))
    for stop in (
        "skip",
        "summary",
        "print",
        "contrast",
        "language",
        "map_coverplan",
        "search",
        "focus",
        "line",
        "money",
    ):
        assert any(stop in each for each in seen), stop
    assert any("tabber-findings" in each for each in seen)


def test_open_sheet_keeps_the_tab_key_inside(shown):
    shown.page.click("#print")
    for _ in range(12):
        shown.page.keyboard.press("Tab")
        assert shown.page.evaluate("document.getElementById('shade').contains(document.activeElement)")
    shown.page.keyboard.press("Escape")
    assert shown.page.evaluate("document.activeElement.id") == "print"


def test_narrowing_is_said_to_a_screen_reader(shown):
    shown.page.select_option("#focus", "1")
    until(shown.page, "document.getElementById('announcer').textContent === '村级养老服务中心 · 全部村居'")


def test_states_and_gaps_are_told_apart_without_colour(shown):
    looks = shown.page.evaluate(
        "Array.from(document.querySelectorAll('#legend .rule-line svg'), svg => svg.firstChild.tagName +"
        " (svg.firstChild.getAttribute('points') || ''))"
    )
    assert len(set(looks)) == len(looks) == 5
