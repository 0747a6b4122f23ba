"""Every figure that `coverplan explain` says of a gap or a project is worked out again here from the files of the result."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from maps.cli import main

Row = dict[str, str]

NEIGHBOURS = (-1, 1)  # the row above does better, the row below worse: then it is said by how much


class Out:
    """A result as anybody would read it: CSV and JSON, nothing of ours."""

    def __init__(self, out: Path) -> None:
        self.path = out
        self.coverage, self.gaps, self.projects = (self._rows(name) for name in ("coverage", "gaps", "projects"))
        run = json.loads((out / "run.json").read_text("utf-8"))
        self.beside = {row["project_id"]: row for row in run["ranking"]["projects"]}
        words = [rule["title"][each] for rule in run["rules"].values() for each in ("zh", "en") if rule.get("title")]
        norms = [rule["norm"]["text"] for rule in run["rules"].values() if rule.get("norm")]
        names = {row.get(column, "") for row in (*self.gaps, *self.projects) for column in ("name", "why")}
        names |= {row["reason"] for row in self.gaps} | {row["name"] or row["place_id"] for row in self.coverage}
        ids = {row["gap_id"] for row in self.gaps} | {row["project_id"] for row in self.projects}
        self.known = sorted(
            (one for one in {*words, *norms, *names, *ids} if re.search(r"\d", one)), key=len, reverse=True
        )

    def _rows(self, name: str) -> list[Row]:
        with (self.path / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def place(self, rule_id: str, place_id: str) -> Row:
        return next(row for row in self.coverage if (row["rule_id"], row["place_id"]) == (rule_id, place_id))

    def at_rank(self, rank: int) -> Row | None:
        return next((row for row in self.projects if row["rank"] == str(rank)), None)


def typed(*arguments: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    assert end.value.code == 0


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Out:
    folder = tmp_path_factory.mktemp("explained")
    typed("demo", "--out", str(folder), "--lang", "zh")
    return Out(folder)


def said(capsys: Any, out: Out, id_: str, language: str) -> list[list[str]]:
    """Return the figures of each sentence, without those that are part of an id, a name, a title or a norm."""
    capsys.readouterr()
    typed("explain", str(out.path), id_, "--lang", language, "--json")
    lines = json.loads(capsys.readouterr().out)["says"]
    return [figures(line, out.known) for line in lines]


def figures(line: str, known: list[str]) -> list[str]:
    for string in known:
        if string in line:
            line = line.replace(string, "")
    return re.findall(
        r"\d[\d,]*(?:\.\d+)?", line.replace("10 000 yuan", "").replace("（V2 ", "（V ").replace("(V2 ", "(V ")
    )


def near(found: list[list[str]], expected: list[list[float]], decimals: list[list[int]]) -> None:
    """Compare figures by sentence: each within half of the last place that is shown."""
    assert [len(line) for line in found] == [len(line) for line in expected], (found, expected)
    for line, numbers, places in zip(found, expected, decimals, strict=True):
        for text, number, places_shown in zip(line, numbers, places, strict=True):
            assert float(text.replace(",", "")) == pytest.approx(number, abs=0.5001 * 10**-places_shown), (
                line,
                numbers,
            )


def finite(*texts: Any) -> list[float]:
    return [float(text) for text in texts if text not in ("", None, "inf", "-inf")]


def gap_figures(out: Out, gap: Row) -> list[list[float]]:
    """Return the figures of each sentence about a gap: the gap, its place, the reason, the norm, every project for it."""
    place = out.place(gap["rule_id"], gap["place_id"])
    lines = [finite(gap["amount"], gap["people"]), finite(place["required"], place["supplied"]), [], []]
    for project in out.projects:
        if gap["gap_id"] in project["gap_ids"].split(";"):
            lines.append(finite(project["rank"], project["cost"], project["people_served"]))
            lines += arrival_figures(out, project, gap)
    return lines


def arrival_figures(out: Out, project: Row, gap: Row) -> list[list[float]]:
    arrivals = out.beside[project["project_id"]].get("arrivals", [])
    required = out.place(gap["rule_id"], gap["place_id"])["required"]
    return [finite(one["before"], one["after"], required) for one in arrivals if one["gap_id"] == gap["gap_id"]]


def project_figures(out: Out, project: Row, zh: bool) -> list[list[float]]:
    """Return the figures of each sentence about a project, in the order they are said."""
    rank, ranks = int(project["rank"]), sum(row["rank"] != "" for row in out.projects)
    ratio = float(project["need_per_10k_yuan"])
    lines = [
        [float(ranks), float(rank)] if zh else [float(rank), float(ranks)],
        [],
        finite(project["cost_low"], project["cost_high"], project["cost"], project["cumulative_cost"]),
        finite(project["people_served"], project["need_closed"], project["need_per_10k_yuan"]),
    ]
    for step in NEIGHBOURS:
        other = out.at_rank(rank + step)
        if other is not None:
            theirs = float(other["need_per_10k_yuan"])
            lines.append([theirs, abs(ratio - theirs)] if step * (ratio - theirs) > 0 else [theirs])
    return [*lines, *firmness_figures(out, project), *gap_lines(out, project)]


def firmness_figures(out: Out, project: Row) -> list[list[float]]:
    more = out.beside[project["project_id"]]
    lines = [[float(more["rank_without_equity"])]] if more["rank_without_equity"] != int(project["rank"]) else []
    lines += [[], [100 * more["stays_in"]], [more["flip_factor"]] if "flip_factor" in more else []]
    return lines + ([finite(project["cost_high"])] if "bears_high_cost" in more else [])


def gap_lines(out: Out, project: Row) -> list[list[float]]:
    lines = []
    for gap in out.gaps:
        if gap["gap_id"] in project["gap_ids"].split(";"):
            lines.append(finite(gap["amount"], gap["people"]))
            lines += arrival_figures(out, project, gap)
    return lines + [[] for _ in project["rule_ids"].split(";")]


def shown(found: list[list[str]]) -> list[list[int]]:
    return [[len(text.partition(".")[2]) for text in line] for line in found]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_said_of_a_gap_is_in_the_files(capsys, out, language):
    rules = dict.fromkeys(gap["rule_id"] for gap in out.gaps)
    some = [[gap for gap in out.gaps if gap["rule_id"] == rule_id][::9][:2] for rule_id in rules]
    for gap in (gap for of_rule in some for gap in of_rule):
        found = said(capsys, out, gap["gap_id"], language)
        near(found, gap_figures(out, gap), shown(found))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_said_of_a_project_is_in_the_files(capsys, out, language):
    ranked = [row for row in out.projects if row["rank"]]
    for project in (*ranked[:2], *ranked[30:60:8], *ranked[150::150], ranked[-1]):
        found = said(capsys, out, project["project_id"], language)
        near(found, project_figures(out, project, language == "zh"), shown(found))
