"""The page in a real browser: it opens without a network, shows what it should, and runs nothing it was given."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from geo.assessment import Assessment
from layers.plan import PageSettings
from maps.page import write_page
from tests.maps.browsing import data_of, needs_chromium, opened, until
from tests.maps.fakes import Naming, town
from tests.maps.test_page_tasks import under_way

JS = Path(__file__).parents[2] / "maps" / "page" / "assets" / "js"
CORPUS = Path(__file__).parent / "blns" / "blns.json"
NAUGHTY = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "${alert(3)}",
    "{{7*7}}{% x %}",
    "'\"><svg onload=alert(4)>",
    "javascript:alert(5)",
    "&lt;b&gt; &amp;",
    "\u202eright\u2028to\u2029left",
    "‮﷽ Ṱ̺̺o͞ 👩‍👩‍👧",
    "__proto__",
    "constructor",
    "=HYPERLINK(1)",
    "[map] {name} {people}",
    "null",
    "\\u003cscript\\u003e",
)


pytestmark = needs_chromium


def test_opens_without_a_request_or_a_word_from_the_browser(shown, written):
    shown.page.wait_for_timeout(300)
    assert shown.asked == [written.as_uri()]
    assert shown.said == []
    assert shown.page.is_hidden("#too-old")


def test_tells_who_is_short_of_what_first(shown):
    findings = shown.page.locator(".findings li").all_inner_texts()
    assert findings[0].startswith("村庄保洁员：38,168 人未享有")
    assert "预算 500,000 元" in findings[-1]
    assert shown.page.locator(".rules tbody tr").count() == 5
    assert shown.page.locator(".first li").count() == 3


def test_language_switches_in_the_page(shown):
    shown.page.click("#language")
    assert shown.page.inner_text("h1") == "东塘镇: where services fall short"
    assert shown.page.get_attribute("html", "lang") == "en-GB"
    assert "people are without" in shown.page.locator(".findings li").first.inner_text()
    shown.page.click("#language")
    assert shown.page.inner_text("h1") == "东塘镇公共服务缺口图"
    assert shown.said == []


def test_project_click_zooms_and_shows_its_card(shown):
    before = shown.page.evaluate("map_coverplan.getZoom()")
    shown.page.click("#tabber-projects")
    shown.page.click("tr[data-row='2'] .row-name")
    assert shown.page.inner_text(".leaflet-popup h3").startswith("3. ")
    assert shown.page.evaluate("map_coverplan.getZoom()") > before
    assert "chosen" in shown.page.get_attribute("tr[data-row='2']", "class")


def test_budget_line_stands_after_the_last_project_it_pays_for(shown):
    shown.page.click("#tabber-projects")
    rows = shown.page.locator(".projects tbody tr")
    classes = [rows.nth(i).get_attribute("class") for i in range(rows.count())]
    line = classes.index("budget")
    assert set(classes[:line]) == {"funded", "why-row"}
    assert set(classes[line + 1 :]) == {"unfunded", "why-row"}


def test_rule_focus_narrows_projects_and_colours_villages(shown):
    shown.page.select_option("#focus", "2")
    shown.page.click("#tabber-projects")
    assert shown.page.locator(".chip").inner_text().startswith("步行可达健身设施")
    assert shown.page.locator(".projects tbody tr[data-row]").count() == 18
    assert "步行可达健身设施" in shown.page.inner_text("#legend-body")


def test_search_finds_a_village_and_a_gap_by_keyboard(shown):
    shown.page.fill("#search", "石桥")
    shown.page.press("#search", "ArrowDown")
    shown.page.press("#search", "Enter")
    assert shown.page.inner_text(".village-name") == "石桥村"
    gap = data_of(shown.page)["gaps"]["id"][3]
    shown.page.fill("#search", gap.lower())
    shown.page.press("#search", "Enter")
    assert gap in shown.page.inner_text(".leaflet-popup")


def test_click_on_a_village_says_how_it_stands(shown):
    spot = shown.page.evaluate(
        "(() => { const s = document.getElementById('map_coverplan').getBoundingClientRect();"
        " return [s.left + s.width * 0.32, s.top + s.height * 0.83]; })()"
    )
    shown.page.mouse.click(*spot)
    assert shown.page.locator(".leaflet-popup .card").count() == 1


def test_villages_tab_marks_unknown_by_word_and_shape(shown):
    shown.page.click("#tabber-villages")
    cells = shown.page.locator(".matrix td[title='情况不明']")
    assert cells.count() == 2
    assert cells.first.locator("svg").count() == 1


def test_norms_inputs_and_rejects_are_one_click_away(shown):
    shown.page.click("#tabber-sources")
    text = shown.page.inner_text("#tab-sources")
    assert "示例值，自行设定" in text
    assert "villages.xlsx" in text
    assert "查看被剔除或修正的 7 行" in text


def test_tabs_and_map_work_from_the_keyboard(shown):
    shown.page.focus("#tabber-findings")
    shown.page.keyboard.press("ArrowRight")
    assert shown.page.evaluate("document.activeElement.id") == "tabber-projects"
    assert shown.page.is_visible("#tab-projects")
    before = shown.page.evaluate("map_coverplan.getCenter().lng")
    shown.page.focus("#map_coverplan")
    shown.page.keyboard.press("ArrowRight")
    until(shown.page, f"map_coverplan.getCenter().lng > {before}")


def test_every_control_has_a_name(shown):
    nameless = shown.page.evaluate(
        "Array.from(document.querySelectorAll('button,select,input,[role=tabpanel]'))"
        ".filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')"
        " || (e.labels && e.labels.length))).map(e => e.outerHTML)"
    )
    assert nameless == []


def test_phone_has_the_map_above_and_the_list_below(browser, written):
    shown = opened(browser, written, width=390, height=844)
    stage, panel = shown.page.locator("#stage").bounding_box(), shown.page.locator("#panel").bounding_box()
    assert stage["y"] + stage["height"] <= panel["y"] + 1
    assert panel["width"] == 390
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 390
    shown.page.close()


def test_map_is_drawn_and_the_small_inflate_draws_the_same(browser, written, shown):
    plain = opened(browser, written, before="delete window.DecompressionStream;")
    pictures = [each.page.evaluate("document.querySelector('.drawing canvas').toDataURL()") for each in (shown, plain)]
    assert pictures[0] == pictures[1]
    assert _colours(shown.page) > 20
    assert plain.said == []
    plain.page.close()


def test_without_scripts_the_findings_still_stand(browser, written):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(written.as_uri())
    assert "38,168 人未享有" in page.inner_text("noscript")
    context.close()


def test_browser_that_cannot_run_the_script_is_told_so(browser, tmp_path, written):
    file = tmp_path / "broken.html"
    file.write_text(
        written.read_text(encoding="utf-8").replace('"use strict";\n', '"use strict"; syntax error\n'), encoding="utf-8"
    )
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.is_visible("#too-old")
    assert "Chrome 61" in page.inner_text("#too-old")
    page.close()


def test_naughty_texts_are_shown_as_they_are_and_nothing_runs(browser, tmp_path):
    _walk_through(browser, tmp_path, NAUGHTY)


def test_the_whole_corpus_of_naughty_texts_runs_nothing(browser, tmp_path):
    strings = tuple(text for text in json.loads(CORPUS.read_text(encoding="utf-8")) if text)
    assert len(strings) == 514
    for start in range(0, len(strings), 180):
        _walk_through(browser, tmp_path, strings[start : start + 180])


def test_bundled_town_opens_small_and_silent(browser, tmp_path):
    import layers
    from geo.assessment import assess

    plan = layers.read_plan(Path(__file__).parents[2] / "examples" / "dongtang" / "plan.yaml")
    file = tmp_path / "map.html"
    file.write_text(write_page(assess(plan, layers.read_layers(plan)), language="zh"), encoding="utf-8")
    shown = opened(browser, file)
    assert file.stat().st_size < 1_500_000
    assert shown.page.inner_text("h1") == "东塘镇公共服务缺口图"
    assert shown.page.locator(".rules tbody tr").count() == len(plan.rules)
    for tab in ("projects", "villages", "sources"):
        shown.page.click(f"#tabber-{tab}")
    shown.page.click("#language")
    assert shown.said == []
    assert shown.asked == [file.as_uri()]
    shown.page.close()


def _walk_through(browser: Any, folder: Path, strings: tuple[str, ...]) -> None:
    """Open a town whose every text is naughty, look at all of it, and check that it is only text."""
    assessment = _marked(town(naming=Naming(strings), homes=200, lamps=max(200, len(strings))), strings)
    file = folder / "naughty.html"
    file.write_text(write_page(assessment, language="zh"), encoding="utf-8")
    shown = opened(browser, file)
    page = shown.page
    for tab in ("projects", "gaps", "villages", "sources"):
        page.click(f"#tabber-{tab}")
    gaps = page.evaluate("Array.from(document.querySelectorAll('.gaps .row-name span'), e => e.textContent)")
    assert set(gaps) <= {gap.name or gap.id for gap in assessment.gaps}
    assert len(gaps) == 60
    page.click("#summary")
    assert page.input_value(".sheet textarea").startswith(_as_field(assessment.plan.settings.name))
    page.keyboard.press("Escape")
    page.click("#language")
    names = page.evaluate("Array.from(document.querySelectorAll('.matrix tbody .link'), e => e.textContent)")
    units = assessment.world.layers["villages"].frame["name"]
    assert set(names) == set(units)
    projects = page.evaluate("Array.from(document.querySelectorAll('.projects .row-name span'), e => e.textContent)")
    assert projects[:40] == [row.project.name for row in assessment.ranked]
    page.evaluate("document.querySelectorAll('.matrix tbody .link')[3].click()")
    page.evaluate("document.querySelectorAll('.projects .row-name')[5].click()")
    page.fill("#search", assessment.gaps[2].id)
    assert page.locator("#found li").count() == 1
    page.evaluate("window.print = () => {}; window.dispatchEvent(new Event('beforeprint'))")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    _look_at_tasks(page, assessment)
    assert page.evaluate("document.querySelectorAll('img,iframe,svg[onload],object,embed').length") == 0
    assert shown.said == []
    assert shown.asked == [file.as_uri()]
    page.close()


def _look_at_tasks(page: Any, assessment: Assessment) -> None:
    """What the ledger holds of other people's words is shown as it is: in the list, on the card, in the gap's card."""
    assert assessment.ongoing
    page.evaluate("document.querySelector('#tabber-findings').click()")
    listed = page.evaluate("Array.from(document.querySelectorAll('.tasks .row-name span'), e => e.textContent)")
    assert listed == [f"#{task.id} {task.title}" for task in assessment.ongoing.tasks][: len(listed)]
    assert len(listed) == min(15, len(assessment.ongoing.tasks))
    page.evaluate("document.querySelector('.tasks .row-name').click()")
    task = assessment.ongoing.tasks[0]
    card = page.evaluate("document.querySelector('.card').textContent")
    for text in (task.title, task.leader, task.department):
        assert text in card
    departments = page.evaluate("Array.from(document.querySelectorAll('option'), e => e.textContent)")
    assert {seen.rule.department for seen in assessment.coverages.values()} <= set(departments)
    marks = page.evaluate(
        "[document.querySelector('#classification').textContent, document.querySelector('#subtitle').textContent]"
    )
    assert marks[0] == assessment.plan.settings.page.classification
    assert (assessment.plan.settings.page.approval or "") in marks[1]


def _marked(assessment: Assessment, strings: tuple[str, ...]) -> Assessment:
    """Return the assessment with naughty words where an office puts its own: mark, number, department, tasks."""
    page = PageSettings(approval=strings[0], classification=strings[-1])
    settings = assessment.plan.settings.model_copy(update={"page": page})
    coverages = {
        id_: replace(seen, rule=seen.rule.model_copy(update={"department": strings[i % len(strings)]}))
        for i, (id_, seen) in enumerate(assessment.coverages.items())
    }
    marked = replace(assessment, plan=replace(assessment.plan, settings=settings), coverages=coverages)
    return under_way(marked, strings)


def _as_field(text: str) -> str:
    """Return a text as a form's field gives it back: ends of lines are line feeds there."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _colours(page: Any) -> int:
    return int(
        page.evaluate(
            "(() => { const c = document.querySelector('.drawing canvas'); const d = c.getContext('2d')"
            ".getImageData(0, 0, c.width, c.height).data; const seen = new Set();"
            " for (let i = 0; i < d.length; i += 44) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); return seen.size; })()"
        )
    )


def test_villages_under_one_rule_are_a_list_with_the_worst_first(shown):
    shown.page.click(".rules tbody tr:first-child .row-name")
    shown.page.click("text=按这条标准给各村排序")
    rows = shown.page.locator(".rule-villages tbody tr")
    assert rows.count() == 20
    people = [int(text.replace(",", "")) for text in rows.locator("td:nth-child(3)").all_inner_texts() if text != "–"]
    assert people == sorted(people, reverse=True)
    first = rows.first.inner_text()
    assert rows.first.locator("td").nth(2).inner_text().endswith("%")
    assert "未达标" in first
    shown.page.click("text=查看全部标准")
    assert shown.page.locator(".matrix tbody tr").count() == 20
    assert shown.said == []


def test_numbers_are_written_as_the_browsers_own_format_writes_them(browser):
    page = browser.new_page()  # an empty one: ours lets nothing be evaluated
    source = (JS / "words.js").read_text(encoding="utf-8")
    wrong = page.evaluate(
        """(source) => {
            const { written } = (0, eval)("(() => { " + source + "; return { written }; })()");
            const seen = [];
            let state = 7;
            const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
            for (let i = 0; i < 5000; i += 1) {
                const digits = i % 3;
                const value = (random() - 0.3) * Math.pow(10, Math.floor(9 * random()) - 1);
                const right = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: digits }).format(value);
                if (written(value, digits) !== right.replace(/^-0$/, "0")) seen.push([value, digits, right, written(value, digits)]);
            }
            return seen;
        }""",
        source,
    )
    page.close()
    assert wrong == []
