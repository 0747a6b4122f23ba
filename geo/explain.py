"""The numbers in plain sentences: why a project stands where it does, and what there is to say of one gap or project."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from layers.options import RuleOptions
from layers.problems import InputError, Problem
from layers.text import Text, known, say

if TYPE_CHECKING:
    import pandas as pd

    from geo.gaps import Gap
    from geo.projects import Project
    from geo.worth import Gain

# Fewer people per 10 000 yuan than this are not worth calling an advantage.
WORTH_SAYING = 0.1
SEPARATOR = ";"  # between ids in one cell of a written table


def why(
    project: Project,
    gain: Gain,
    gaps: Sequence[Gap],
    rules: Mapping[str, RuleOptions],
    unit_names: Mapping[str, str],
    *,
    beaten: tuple[Project, Gain] | None,
) -> Text:
    """Return one sentence: who is short of what and where, how many people the project newly serves, at what cost.

    `gaps` are those the project names, `beaten` the next row of the list and what that one adds.
    """
    main = _main_rule(project, gain)
    about = [gap for gap in gaps if gap.rule_id == main]
    people = dict(gain.served).get(main, 0.0)
    key = f"projects.why_{rules[main].type}"
    if gain.need <= 0:
        key = "projects.why_nobody" if any(gap.people == 0 for gap in about) else "projects.why_people_unknown"
    elif people <= 0:
        key = "projects.why_nearer"
    elif not known(key):
        key = "projects.why_other"
    return say(
        key,
        where=_where(unit_names.get(project.unit_id, ""), about),
        title=_title(rules[main]),
        gaps=len(about),
        missing=sum(gap.amount for gap in about),
        without=math.fsum(gap.people for gap in about if not math.isnan(gap.people)),
        deed=_deed(project),
        people=people,
        also=_also(gain, main, rules),
        cost=_cost(project, people),
        beats=_beats(project, gain, beaten),
    )


def _main_rule(project: Project, gain: Gain) -> str:
    """Return that of the rules whose gaps the project is for under which it serves most people; of equals the first."""
    served = dict(gain.served)
    return max(project.rule_ids, key=lambda rule_id: served.get(rule_id, 0.0))


def _where(unit: str, gaps: Sequence[Gap]) -> Text | str:
    """Return the village, with the name of the gap where it is but one (a street, a point)."""
    name = gaps[0].name if len(gaps) == 1 else ""
    if unit and name and unit not in name:
        return say("projects.where", unit=unit, name=name)
    return name or unit or say("projects.here")


def _title(rule: RuleOptions) -> object:
    return rule.title if rule.title.zh or rule.title.en else rule.id


def _deed(project: Project) -> Text:
    key = f"projects.deed_{project.action}"
    if known(key):
        return say(key, amount=project.amount)
    action, unit = _word("action", project.action), _word("unit", project.unit)
    return say("projects.deed_other", action=action, amount=project.amount, unit=unit)


def _word(of: Literal["action", "unit", "mark", "severity", "status"], code: str) -> Text | str:
    """Return the words for a code of the tables; one that a rule type of somebody's own brings stays as it is."""
    key = f"tables.{of}_{code}"
    return say(key) if known(key) else code


def _also(gain: Gain, main: str, rules: Mapping[str, RuleOptions]) -> Text | str:
    said: Text | str = ""
    for rule_id, people in gain.served:
        if rule_id != main and people >= 0.5:
            said = say("projects.also", before=said, title=_title(rules[rule_id]), people=people)
    return said


def _cost(project: Project, people: float) -> Text:
    build, yearly = project.cost_mid, project.amount * project.cost.yearly
    if project.cost.life_years <= 1:  # a post: what it costs is paid every year
        build, yearly = 0.0, build + yearly
    if build <= 0 and yearly <= 0:
        return say("projects.cost_none")
    if people <= 0:
        whole = say("projects.cost_whole", yuan=build, yearly=yearly)
        return whole if yearly > 0 else say("projects.cost_build", yuan=build)
    if build <= 0:
        return say("projects.cost_yearly_each", yuan=_each(yearly, people))
    if yearly <= 0:
        return say("projects.cost_each", yuan=_each(build, people))
    return say("projects.cost_each_and_yearly", yuan=_each(build, people), yearly=yearly)


def _each(yuan: float, people: float) -> float:
    """Return yuan a person, in whole yuan, or with two figures below ten."""
    share = yuan / people
    return float(f"{share:.2g}") if share < 10 else round(share)


def _beats(project: Project, gain: Gain, beaten: tuple[Project, Gain] | None) -> Text | str:
    if beaten is None or not (project.cost_life_cycle > 0 and beaten[0].cost_life_cycle > 0):
        return ""
    this, other = (1e4 * g.people / p.cost_life_cycle for p, g in ((project, gain), beaten))
    return say("projects.beats", more=this - other) if this - other >= WORTH_SAYING else ""


@dataclass(frozen=True)
class Tables:
    """A written result as frames with the columns of the contract (coverage.csv, gaps.csv, projects.csv).

    `beside` is what run.json says of each project beside that (`ranking.projects`), by its id.
    """

    coverage: pd.DataFrame
    gaps: pd.DataFrame
    projects: pd.DataFrame
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def explain(id_: str, tables: Tables, rules: Mapping[str, RuleOptions]) -> list[Text]:
    """Return what there is to say of the gap or project of that id, from the numbers of the result alone.

    Raises InputError, with the nearest id, if the result has neither.
    """
    for table, column, tell in (
        (tables.gaps, "gap_id", _explain_gap),
        (tables.projects, "project_id", _explain_project),
    ):
        found = table[table[column].astype(str) == id_]
        if len(found):
            return tell(found.iloc[0], tables, rules)
    ids = {str(one).casefold(): one for one in [*tables.gaps["gap_id"], *tables.projects["project_id"]]}
    near = difflib.get_close_matches(id_.casefold(), ids, n=1, cutoff=0.0)
    fix = say("projects.not_in_result_fix", near=ids[near[0]]) if near else say("projects.not_in_result_fix_empty")
    raise InputError([Problem(id_, say("projects.not_in_result", id=id_), fix)])


def _explain_gap(gap: pd.Series, tables: Tables, rules: Mapping[str, RuleOptions]) -> list[Text]:
    rule = rules[gap["rule_id"]]
    facts = {"name": _name(gap), "amount": _quantity(gap["amount"], gap["unit"]), "people": _people(gap["people"])}
    said = [say("projects.gap_is", id=gap["gap_id"], title=_title(rule), **facts)]
    said += _now(tables.coverage, gap["rule_id"], str(gap["place_id"]))
    if _is_text(gap["reason"]):
        said.append(say("projects.gap_reason", reason=gap["reason"]))
    said.append(_norm(rule))
    closing = [row for _, row in tables.projects.iterrows() if gap["gap_id"] in str(row["gap_ids"]).split(SEPARATOR)]
    for row in closing:
        said.append(
            _closed_by(row)
            if not math.isnan(row["rank"])
            else say("projects.gap_gated", id=row["project_id"], why=row["why"])
        )
        arrivals = tables.beside.get(str(row["project_id"]), {}).get("arrivals", ())
        for one in arrivals:
            said += _arrives(one, gap["rule_id"], tables.coverage) if one["gap_id"] == gap["gap_id"] else []
    return said if closing else [*said, say("projects.gap_closed_by_none")]


def _explain_project(project: pd.Series, tables: Tables, rules: Mapping[str, RuleOptions]) -> list[Text]:
    costs = {"low": project["cost_low"], "cost": project["cost"], "high": project["cost_high"]}
    more = tables.beside.get(str(project["project_id"]), {})
    if math.isnan(project["rank"]):
        said = [say("projects.project_not_ranked", id=project["project_id"], name=_name(project))]
        said += [say("projects.project_why", why=project["why"]), say("projects.project_would_cost", **costs)]
        said.append(say("projects.project_would_serve", people=project["people_served"], need=project["need_closed"]))
    else:
        said = [*_ranked(project, tables, costs), *_firmness(project, more, tables.beside, rules)]
    named = str(project["gap_ids"]).split(SEPARATOR)
    arrivals = {one["gap_id"]: one for one in more.get("arrivals", ())}
    for _, gap in tables.gaps[tables.gaps["gap_id"].isin(named)].iterrows():
        facts = {"amount": _quantity(gap["amount"], gap["unit"]), "people": _people(gap["people"])}
        said.append(say("projects.project_gap", id=gap["gap_id"], name=_name(gap), **facts))
        said += _arrives(arrivals[gap["gap_id"]], gap["rule_id"], tables.coverage) if gap["gap_id"] in arrivals else []
    return said + [_norm(rules[rule_id]) for rule_id in str(project["rule_ids"]).split(SEPARATOR)]


def _ranked(project: pd.Series, tables: Tables, costs: Mapping[str, float]) -> list[Text]:
    """Return where a project stands, what it costs and serves, and how its neighbours compare."""
    line = say("projects.in_budget" if project["in_budget"] else "projects.below_line")
    ranks, id_ = int(tables.projects["rank"].notna().sum()), project["project_id"]
    worth = {"people": project["people_served"], "need": project["need_closed"]}
    ratio = project["need_per_10k_yuan"]
    said = [
        say("projects.project_is", id=id_, name=_name(project), rank=project["rank"], ranks=ranks, line=line),
        say("projects.project_why", why=project["why"]),
        say("projects.project_costs", **costs, cumulative=project["cumulative_cost"]),
        say("projects.project_serves", **worth, ratio=ratio),
    ]
    by_rank = tables.projects.set_index("rank")
    for rank, better in ((project["rank"] - 1, False), (project["rank"] + 1, True)):
        if rank in by_rank.index:
            said.append(_beside(ratio, by_rank.loc[rank], is_below=better))
    return said


def _firmness(
    project: pd.Series,
    more: Mapping[str, Any],
    all_of_them: Mapping[str, Mapping[str, Any]],
    rules: Mapping[str, RuleOptions],
) -> list[Text]:
    """Return how firmly a project stands on its side of the line, and which assumption would move it over."""
    said: list[Text] = []
    if "rank_without_equity" in more and more["rank_without_equity"] != project["rank"]:
        said.append(say("projects.rank_even", rank=more["rank_without_equity"]))
    if any(row.get("in_best_set") for row in all_of_them.values()):
        said.append(say("projects.in_best_set" if more.get("in_best_set") else "projects.not_in_best_set"))
    if "stays_in" not in more:
        return said
    said.append(say("projects.stays_in", share=100 * more["stays_in"], firm=say(f"ranking.firm_{more['firm']}")))
    if "flip_rule_id" in more:
        key = "projects.flips_out" if project["in_budget"] else "projects.flips_in"
        said.append(say(key, title=_title(rules[more["flip_rule_id"]]), factor=more["flip_factor"]))
    else:
        said.append(say("projects.no_flip"))
    if "bears_high_cost" in more:
        said.append(
            say("projects.bears" if more["bears_high_cost"] else "projects.bears_not", high=project["cost_high"])
        )
    return said


def _arrives(arrival: Mapping[str, Any], rule_id: str, coverage: pd.DataFrame) -> list[Text]:
    """Return what is supplied at the place a gap is named after, before and after the project."""
    found = coverage[(coverage["rule_id"] == rule_id) & (coverage["place_id"].astype(str) == str(arrival["place_id"]))]
    before, after = (math.nan if arrival[when] is None else float(arrival[when]) for when in ("before", "after"))
    return [
        say(
            "projects.arrives",
            name=_name(row),
            before=_quantity(before, row["unit"]),
            after=_quantity(after, row["unit"]),
            required=_quantity(row["required"], row["unit"]),
        )
        for _, row in found.iterrows()
    ]


def _beside(ratio: float, other: pd.Series, *, is_below: bool) -> Text:
    """Return how the row above or below compares in need closed per 10 000 yuan."""
    values = {"id": other["project_id"], "other": other["need_per_10k_yuan"]}
    ahead = ratio - other["need_per_10k_yuan"]
    if is_below and ahead > 0:
        return say("projects.project_beats", **values, less=ahead)
    if not is_below and ahead < 0:
        return say("projects.project_behind", **values, more=-ahead)
    return say("projects.project_out_of_order", **values)


def _closed_by(project: pd.Series) -> Text:
    return say(
        "projects.gap_closed_by",
        id=project["project_id"],
        rank=project["rank"],
        action=_word("action", project["action"]),
        cost=project["cost"],
        people=project["people_served"],
    )


def _now(coverage: pd.DataFrame, rule_id: str, place_id: str) -> list[Text]:
    """Return what the place is required and supplied; nothing if the table does not have it."""
    found = coverage[(coverage["rule_id"] == rule_id) & (coverage["place_id"].astype(str) == place_id)]
    return [
        say(
            "projects.gap_now",
            name=_name(row),
            required=_quantity(row["required"], row["unit"]),
            supplied=_quantity(row["supplied"], row["unit"]),
            status=_word("status", str(row["status"])),
        )
        for _, row in found.iterrows()
    ]


def _norm(rule: RuleOptions) -> Text:
    mark, severity = _word("mark", rule.norm.mark), _word("severity", rule.severity)
    if not rule.norm.text:
        return say("projects.norm_none", title=_title(rule), mark=mark, severity=severity)
    return say("projects.norm_is", title=_title(rule), norm=rule.norm.text, mark=mark, severity=severity)


def _quantity(value: float, unit: str) -> Text:
    if math.isnan(value):
        return say("tables.unknown")
    if math.isinf(value):
        return say("tables.unreachable")
    return say("projects.quantity", value=value, unit=_word("unit", unit))


def _people(people: float) -> Text:
    return say("projects.people_unknown") if math.isnan(people) else say("projects.people_count", people=people)


def _name(row: pd.Series) -> object:
    """Return the row's name, or where it has none the first of its ids."""
    if _is_text(row["name"]):
        return row["name"]
    return str(next(row[column] for column in ("place_id", "project_id") if column in row))


def _is_text(cell: object) -> bool:
    return isinstance(cell, str) and cell != ""
