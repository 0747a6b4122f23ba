"""public.html and the public tables, made from the suppressed tables and from nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from layers.text import Language, say
from maps.public.places import coarse
from maps.public.suppressing import COUNTS, PublicRule, PublicTables
from maps.saving import replacing
from maps.sheetpage import still_page
from maps.tables import csv_bytes
from maps.wording import action_word, escape, money, number, share

if TYPE_CHECKING:
    import pandas as pd

    from geo.assessment import Assessment

PUBLIC = ("public.html", "villages.csv", "works.csv")
# Rules about what must be watched: where cameras are or are missing is nobody's business.
_WITHOUT_PLACE = ("watch",)

_STYLE = """
* { box-sizing: border-box; }
body { font: 15px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", sans-serif;
  color: #1d2327; max-width: 1000px; margin: 0 auto; padding: 18px; }
h1 { font-size: 23px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 26px 0 6px; border-bottom: 2px solid #0b4f8a; }
.scroll { overflow-x: auto; } .note { color: #4d565d; font-size: 13px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; margin: 6px 0; }
th, td { border: 1px solid #c8cdd2; padding: 3px 7px; text-align: left; }
th { background: #e6edf3; } td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.all td { font-weight: 600; background: #f4f7fa; }
"""


def write_public(assessment: Assessment, tables: PublicTables, key: bytes, out: Path, language: Language) -> None:
    """Write the public folder, all at once; raises SaveError as `maps.saving.replacing` does."""
    makers: Mapping[str, Callable[[], bytes]] = {
        "public.html": lambda: page(assessment, tables, language).encode(),
        "villages.csv": lambda: csv_bytes(villages_table(tables)),
        "works.csv": lambda: csv_bytes(works_table(assessment, tables, key, language)),
    }
    with replacing(out, PUBLIC) as folder:
        for name, make in makers.items():
            (folder / name).write_bytes(make())


def villages_table(tables: PublicTables) -> pd.DataFrame:
    """Return one row per rule and village, "" where a figure is kept back or not known; the row without a village is all of them."""
    import pandas as pd

    rows = []
    for rule in tables.rules:
        for place, unit in enumerate([*tables.unit_ids, ""]):
            name = tables.names[place] if unit else ""
            rows.append((rule.rule_id, unit, name, *rule.counts[place].tolist()))
    table = pd.DataFrame(rows, columns=["rule_id", "unit_id", "name", *COUNTS])
    return table.astype(dict.fromkeys(COUNTS, float))


def works_table(assessment: Assessment, tables: PublicTables, key: bytes, language: Language) -> pd.DataFrame:
    """Return the projects without names, people or exact places: what is to be done, in which village, near where."""
    import pandas as pd
    import shapely

    from maps.degrees import to_degrees
    from maps.tables import spots

    ranked = assessment.ranked
    points = spots([row.project.geometry for row in ranked])
    # a village without boundary or place has works without a place
    xy = coarse(np.column_stack([shapely.get_x(points), shapely.get_y(points)]).reshape(-1, 2), key)
    lon, lat = to_degrees(assessment.world.layers.crs).transform(xy[:, 0], xy[:, 1])
    names = dict(zip(tables.unit_ids, tables.names, strict=True))
    rows = []
    for row, x, y in zip(ranked, lon, lat, strict=True):
        project = row.project
        secret = any(assessment.coverages[id_].rule.type in _WITHOUT_PLACE for id_ in project.rule_ids)
        place = ("", "") if secret or not np.isfinite(x) else (f"{x:.3f}", f"{y:.3f}")
        action = action_word(project.action, language)
        rows.append((row.rank, action, names.get(project.unit_id, ""), project.cost_mid, row.in_budget, *place))
    return pd.DataFrame(rows, columns=["rank", "action", "village", "cost", "in_budget", "near_lon", "near_lat"])


def page(assessment: Assessment, tables: PublicTables, language: Language) -> str:
    """Return the page: no script, nothing fetched, all text escaped, and no figure that is not in the tables."""
    settings = assessment.plan.settings
    title = say("public.title", name=settings.name).in_(language)
    note = say("public.note", k=tables.k, count=tables.kept_back).in_(language)
    titles = {id_: seen.rule.marked(language) for id_, seen in assessment.coverages.items()}
    body = f'<h1>{escape(title)}</h1><p class="note">{escape(note)}</p>'
    body += "".join(_rule(rule, titles[rule.rule_id], tables, language) for rule in tables.rules)
    body += _works(assessment, tables, language)
    return still_page(title, body, style=_STYLE, language=language)


def _rule(rule: PublicRule, title: str, tables: PublicTables, language: Language) -> str:
    head = [say(f"public.col_{name}").in_(language) for name in ("village", *COUNTS, "share_short")]
    rows = []
    for place, name in enumerate([*tables.names, say("public.all").in_(language)]):
        counts = rule.counts[place]
        if counts[0] == 0:
            continue
        blank = place < len(tables.names) and bool(rule.not_known[place])
        cells = [_count(float(value), language, blank=blank) for value in counts]
        part = "" if np.isnan(counts[[0, 2]]).any() else share(float(counts[2]), float(counts[0]))
        numbers = "".join(f'<td class="n">{escape(cell)}</td>' for cell in (*cells, part))
        kind = ' class="all"' if place == len(tables.names) else ""
        rows.append(f"<tr{kind}><td>{escape(name)}</td>{numbers}</tr>")
    return f"<h2>{escape(title)}</h2>{_table(head, rows)}"


def _count(value: float, language: Language, *, blank: bool) -> str:
    if math.isnan(value):
        return say("tables.unknown" if blank else "public.kept_back").in_(language)
    return number(value, language)


def _works(assessment: Assessment, tables: PublicTables, language: Language) -> str:
    chosen = [row for row in assessment.ranked if row.in_budget] or list(assessment.ranked[:20])
    names = dict(zip(tables.unit_ids, tables.names, strict=True))
    head = [say(f"public.col_{name}").in_(language) for name in ("rank", "action", "village", "cost")]
    rows = []
    for row in chosen:
        project = row.project
        cells = (action_word(project.action, language), names.get(project.unit_id, ""))
        texts = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        cost = money(project.cost_mid, language)
        rows.append(f'<tr><td class="n">{row.rank}</td>{texts}<td class="n">{escape(cost)}</td></tr>')
    return f"<h2>{escape(say('public.works').in_(language))}</h2>{_table(head, rows)}" if rows else ""


def _table(head: list[str], rows: list[str]) -> str:
    top = "".join(f"<th>{escape(word)}</th>" for word in head)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
