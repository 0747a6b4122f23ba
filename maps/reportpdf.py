"""report.pdf: the printed report, set by typst (the extra `pdf`) in a Chinese font of this machine."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from layers.problems import InputError, Problem
from layers.text import Language, say
from maps.reportparts import told
from maps.wording import shown

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from maps.totals import Totals

# Fonts that hold Chinese, by the names they bear; those that printed documents are set in first.
FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "HarmonyOS Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "SimHei",
    "DengXian",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "SimSun",
    "STSong",
)

# The classes of the map's texts, which report.html has in its own style sheet.
_MAP_STYLE = """<style>.badge { font-size: 12px; font-weight: 700; text-anchor: middle; }
.village { font-size: 15px; text-anchor: middle; fill: #30373d; stroke: #fff; stroke-width: 3px; paint-order: stroke; }
.key { font-size: 13px; fill: #1d2327; } text { font-family: "FONT"; }</style>"""


def report_pdf(assessment: Assessment, totals: Totals, language: Language) -> bytes:
    """Return the report as a PDF; the same assessment gives the same bytes on a machine with the same fonts.

    Raises InputError if typst is not installed or no font of the machine holds Chinese.
    """
    font = chinese_font()
    import typst

    whole = asdict(told(assessment, totals, language))
    for part in whole["parts"]:
        part["svg"] = part["svg"].replace("<defs>", _MAP_STYLE.replace("FONT", font) + "<defs>", 1)
    lang, region = ("zh", "CN") if language == "zh" else ("en", "GB")
    inputs = whole | {"fonts": [font, "DejaVu Sans Mono"], "lang": lang, "region": region}
    day = assessment.plan.settings.date or dt.date(1970, 1, 1)
    stamp = int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())
    template = files("maps.typeset").joinpath("report.typ").read_bytes()
    made = typst.compile(
        template, format="pdf", sys_inputs={"told": shown(json.dumps(inputs, ensure_ascii=False))}, timestamp=stamp
    )
    return bytes(made)


@cache
def chinese_font() -> str:
    """Return the first font of FONTS that this machine has; raises InputError if there is none, or no typst to ask."""
    try:
        import typst
    except ImportError:
        raise InputError([Problem("--pdf", say("report.no_typst"), say("report.install_typst"))]) from None
    here = set(typst.Fonts().families())
    found = next((font for font in FONTS if font in here), None)
    if found is None:
        raise InputError([Problem("--pdf", say("report.no_font"), say("report.install_font"))])
    return found
