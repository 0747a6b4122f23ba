"""The page around the map: the plan's numbers to change, and what that changes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from layers.text import Language, say, spoken
from maps.page.policy import content_policy, inert_json
from maps.serve.scenario import BUDGET, number_of, options_of
from maps.wording import number

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from layers.options import RuleOptions
    from layers.plan import Plan

# What the script shows by itself.
_SCRIPT_WORDS = ("unknown",)
LISTED = 15  # projects that can be ticked out, from the top


def shell(plan: Plan, without: Sequence[str], counter: str, language: Language) -> str:
    """Return the page: a form with the plan's budget and every number of its rules, the differences, and the map.

    `counter` says whether projects can be taken onto the ledger here: "" no, "open" by whoever types a name, "named" by
    whom the proxy names.
    """
    facts = {
        "language": language,
        "without": list(without),
        "words": {name: _text(f"serve.{name}", language) for name in _SCRIPT_WORDS},
    }
    other: Language = "en" if language == "zh" else "zh"
    policy = content_policy([_asset("desk.js")], [_asset("desk.css")]) + "; connect-src 'self'; frame-src 'self'"
    return "".join(
        (
            f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{escape(plan.settings.name)}</title>\n<style>{_asset('desk.css')}</style>\n</head>\n<body>\n<aside>",
            f"<header><h1>{escape(plan.settings.name)}</h1><p>{escape(_text('serve.about', language))} ",
            f'<a href="?lang={other}" lang="{other}">{escape(_text("serve.other_language", language))}</a></p></header>',
            f'<p class="problem" role="alert" hidden></p>{_form(plan, language)}{_differences(language)}{_counter(counter, language)}</aside>\n',
            f'<iframe title="{escape(_text("serve.map", language))}"></iframe>\n',
            f'<script type="application/json" id="facts">{inert_json(facts)}</script>\n',
            f"<script>{_asset('desk.js')}</script>\n</body>\n</html>\n",
        )
    )


def differences(before: Assessment, after: Assessment, language: Language) -> dict[str, Any]:
    """Return what a scenario changes: people without by rule, now and then, and what the budget buys."""
    from maps.totals import totals

    now, then = totals(before), totals(after)
    lines = [
        {
            "title": after.coverages[rule_id].rule.title.in_(language) or rule_id,
            "now": now.rules[rule_id].people_short,
            "then": total.people_short,
        }
        for rule_id, total in then.rules.items()
    ]
    chosen = [row for row in after.ranked if row.in_budget]
    spent = sum(row.project.cost_mid for row in chosen)
    served = sum(row.people_served for row in chosen)
    listed = [
        *chosen[:LISTED],
        *(row for row in before.ranked if row.project.id in after.plan.settings.ranking.outside),
    ]
    projects = [
        {
            "id": row.project.id,
            "name": spoken(row.project.name, language),
            "cost": row.project.cost_mid,
            "inside": row.project.id not in after.plan.settings.ranking.outside,
        }
        for row in listed
    ]
    words = {"count": len(chosen), "of": len(after.ranked), "cost": number(spent, language)}
    total = say("serve.sum", **words, people=number(served, language)).in_(language)
    return {"lines": lines, "sum": total, "projects": projects}


def _form(plan: Plan, language: Language) -> str:
    budget = plan.settings.budget
    shown = "" if budget is None else f"{budget:g}" if budget < 1e6 else f"{budget:.0f}"
    rules = "".join(_rule(rule, language) for rule in plan.rules)
    return (
        f'<form id="numbers"><p class="budget"><label for="budget">{escape(_text("serve.budget", language))}</label>'
        f'<input id="budget" name="{BUDGET}" inputmode="decimal" value="{escape(shown)}"></p>'
        f"<h2>{escape(_text('serve.rules', language))}</h2>{rules}"
        f'<div class="buttons"><button type="submit">{escape(_text("serve.work_out", language))}</button>'
        f'<button type="reset">{escape(_text("serve.as_planned", language))}</button></div></form>'
    )


def _rule(rule: RuleOptions, language: Language) -> str:
    inputs = "".join(
        f"<label>{escape(_text(f'serve.option_{option}', language, option))}"
        f'<input name="{escape(rule.id)}.{option}" inputmode="decimal" value="{number_of(rule, option):g}"></label>'
        for option in options_of(rule)
        if option == "weight" or any(option in part.model_fields_set for part in (rule, *rule.inner))
    )
    title = rule.title.in_(language) or rule.id
    return f"<fieldset><legend>{escape(title)}</legend>{inputs}</fieldset>"


def _differences(language: Language) -> str:
    heads = "".join(
        f'<th scope="col">{escape(_text(f"serve.{key}", language))}</th>' for key in ("rule", "now", "then")
    )
    return (
        f'<section class="result" aria-live="polite"><h2>{escape(_text("serve.changes", language))}</h2>'
        f'<p class="busy">{escape(_text("serve.busy", language))}</p><p class="sum"></p>'
        f'<details><summary>{escape(_text("serve.projects", language))}</summary><ul class="projects"></ul></details>'
        f"<table><thead><tr>{heads}</tr></thead><tbody></tbody></table></section>"
    )


def _counter(counter: str, language: Language) -> str:
    """Return the form by which projects are taken onto the ledger, if there is one."""
    if not counter:
        return ""
    fields = ["ids", "list", *(["who"] if counter == "open" else [])]
    inputs = "".join(
        f'<label for="adopt-{name}">{escape(_text(f"serve.adopt_{name}", language))}</label>'
        f'<input id="adopt-{name}" name="{name}" required maxlength="{2000 if name == "ids" else 100}">'
        for name in fields
    )
    return (
        f'<details class="take"><summary>{escape(_text("serve.adopt", language))}</summary>'
        f'<form class="adopt" id="adopt">{inputs}<button type="submit">{escape(_text("serve.adopt_now", language))}</button>'
        '</form><p class="taken" role="status"></p></details>'
    )


def _text(key: str, language: Language, otherwise: str = "") -> str:
    """Return a sentence of the catalogue; where a developer's own rule type has an option without words, its name."""
    from layers.text import known

    return say(key).in_(language) if not otherwise or known(key) else otherwise


@cache
def _asset(name: str) -> str:
    return files("maps.serve").joinpath("assets", name).read_text(encoding="utf-8")
