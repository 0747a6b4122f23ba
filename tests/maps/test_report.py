"""report.html: self-contained, without script, true to the numbers, honest about norms."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from maps.report import report
from maps.totals import totals
from maps.wording import escape
from tests.maps.fakes import Naming, town

NAUGHTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "</style><svg onload=alert(1)>",
    "\x00\x1b[31m",
    "&lt;b&gt;",
)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)


def page(assessment, language="zh"):
    return report(assessment, totals(assessment), language)


def parsed(text):
    tags = Tags()
    tags.feed(text)
    return tags


@pytest.fixture(scope="module")
def assessment():
    return town()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_in_it_runs_or_is_fetched(language):
    tags = parsed(page(town(naming=Naming(NAUGHTY)), language))
    assert not tags.tags & {"script", "img", "iframe", "object", "embed", "link", "base", "form", "a", "image", "use"}
    assert not [name for name, _ in tags.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert not [value for _, value in tags.attributes if value and "url(" in value and value != "url(#hatch)"]
    assert "default-src 'none'; style-src 'sha256-" in page(town())


def test_text_a_user_wrote_shows_verbatim():
    text = "".join(parsed(page(town(naming=Naming(NAUGHTY)))).text)
    for naughty in NAUGHTY:
        assert re.sub("[\x00\x1b]", "\ufffd", naughty) in text


def test_escape_leaves_nothing_that_html_reads():
    assert escape("<a b=\"c\" d='e'>&\x00\x85\r\n") == "&lt;a b=&quot;c&quot; d=&#x27;e&#x27;&gt;&amp;\ufffd\ufffd\n"


def test_each_rule_has_its_counts(assessment):
    text = page(assessment)
    for rule_id, total in totals(assessment).rules.items():
        row = re.search(rf"<tr[^>]*><td[^>]*>[^<]*（{rule_id}）</td>(.*?)</tr>", text)
        assert row is not None
        cells = re.findall(r"<td[^>]*>([^<]*)</td>", row[1])
        counts = [int(cell.replace(",", "")) for cell in cells[1:5]]
        assert counts == [total.places, total.met, total.short, total.unknown]
        assert sum(counts[1:]) == counts[0]


def test_the_budget_line_stands_after_the_last_project_it_pays_for(assessment):
    rows = re.findall(
        r"<tr class=\"(\w*)\"><td class=\"n\">(\d+)</td>|<tr class=\"(line)\">",
        page(assessment).split("项目排序", 1)[1],
    )
    line = next(i for i, row in enumerate(rows) if row[2] == "line")
    assert line == sum(row.in_budget for row in assessment.ranked)
    assert all(kind == "below" for kind, *_ in rows[line + 1 : line + 5])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_unverified_norm_is_called_a_standard_met(assessment, language):
    text = page(assessment, language)
    assert "符合国标" not in text
    assert "I 示例值" in text if language == "zh" else "I illustrative" in text


def test_inputs_stand_with_their_books_and_fingerprints(assessment):
    text = page(assessment)
    for layer in assessment.world.layers.values():
        assert layer.source.sha256 in text
        books = (layer.rows_in, layer.used, layer.repaired, layer.rejected)
        assert "".join(f'<td class="n">{number}</td>' for number in books) in text


def test_the_map_numbers_the_first_projects_and_has_a_scale(assessment):
    svg = re.search(r"<svg.*</svg>", page(assessment), re.S)[0]
    assert re.findall(r'class="badge" fill="#(?:ffffff|0b4f8a)">(\d+)<', svg)[:3] == ["1", "2", "3"]
    assert re.search(r"\d+ k?m</text>", svg)
    assert "NaN" not in svg
    assert svg.count("<path") > 20


def test_a_plan_without_villages_gaps_or_projects_still_reports():
    bare = town()
    layers = replace(bare.world.layers, by_name={"staff": bare.world.layers["staff"]})
    empty = replace(bare, world=replace(bare.world, layers=layers), coverages={}, gaps=(), ranked=())
    text = html.unescape(page(empty))
    assert "没有可以画图的位置" in text
    assert "没有需要排序的项目" in text


def test_the_same_assessment_gives_the_same_report(assessment):
    assert page(assessment) == page(town())
