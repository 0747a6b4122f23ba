"""Before and after: two results side by side, rule by rule, place by place and gap by gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.assessment import Assessment
from geo.coverage import STATUSES, UNKNOWN

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEYS = ["rule_id", "place_id"]
CLOSED, NEW, CHANGED, SAME = "closed", "new", "changed", "same"

# Written tables hold six decimals; a smaller difference is none.
SAME_WITHIN = 2e-6


@dataclass(frozen=True)
class Found:
    """What one run found, as frames: coverage.csv and gaps.csv of the contract, or the same columns of an Assessment."""

    coverage: pd.DataFrame
    gaps: pd.DataFrame


@dataclass(frozen=True)
class Comparison:
    """What changed from one result to another.

    `rules` (index rule_id): for before and after the number of places `met`, `short`, `unknown` and `people_short`
    (`met_before`, `met_after` ...), and `people_served`: how many fewer are without, over the places whose verdict is
    known both times; negative if more are.
    `places` (index rule_id, place_id): those that differ, with `name`, `unit_id`, `status`, `supplied`, `shortfall` and
    `people_short` before and after; a place that only one result has is blank in the other.
    `gaps` (index gap_id): all of either, with `rule_id`, `name`, `unit_id`, `amount` and `people` before and after, and
    `change`: closed, new, changed or same. A gap that goes on under another id counts as closed and new.
    """

    rules: pd.DataFrame
    places: pd.DataFrame
    gaps: pd.DataFrame


def compare(before: Found, after: Found) -> Comparison:
    """Return the changes from one result to the other; both stay as they are."""
    places = _side_by_side(before.coverage, after.coverage, KEYS)
    return Comparison(_rules(before.coverage, after.coverage, places), _changed(places), _gaps(before.gaps, after.gaps))


def found(assessment: Assessment) -> Found:
    """Return an assessment's coverage and gaps as frames that `compare` takes."""
    pieces = [
        pd.DataFrame(seen.frame.drop(columns="geometry")).assign(rule_id=rule_id, place_id=seen.frame.index)
        for rule_id, seen in assessment.coverages.items()
    ]
    gaps = [(gap.id, gap.rule_id, gap.name, gap.unit_id, gap.amount, gap.people) for gap in assessment.gaps]
    columns = ["gap_id", "rule_id", "name", "unit_id", "amount", "people"]
    empty = pd.DataFrame(columns=[*KEYS, "name", "unit_id", "status", "supplied", "shortfall", "people_short"])
    return Found(pd.concat(pieces) if pieces else empty, pd.DataFrame(gaps, columns=columns))


def _side_by_side(before: pd.DataFrame, after: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the rows of both by key, sorted, columns marked _before and _after, names and villages from the later."""
    one, other = (table.astype(dict.fromkeys(keys, str)).set_index(keys) for table in (before, after))
    both = one.add_suffix("_before").join(other.add_suffix("_after"), how="outer").sort_index()
    for column in ("name", "unit_id"):
        both[column] = both[f"{column}_after"].combine_first(both[f"{column}_before"])
    return both


def _rules(before: pd.DataFrame, after: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the totals of each rule, in the order of the earlier result, rules that only the later has at the end."""
    order = list(dict.fromkeys([*before["rule_id"], *after["rule_id"]]))
    rules = pd.DataFrame(index=pd.Index(order, name="rule_id", dtype=object))
    for when, table in (("before", before), ("after", after)):
        counts = pd.crosstab(table["rule_id"], table["status"].astype(str)).reindex(rules.index, fill_value=0)
        for status in STATUSES:
            rules[f"{status}_{when}"] = counts.get(status, 0)
        short = table["people_short"].astype(float).groupby(table["rule_id"].astype(str)).sum()
        rules[f"people_short_{when}"] = short.reindex(rules.index, fill_value=0.0)
    known = ~places[["status_before", "status_after"]].astype(str).isin({UNKNOWN}).any(axis=1)
    fewer = (places["people_short_before"].astype(float) - places["people_short_after"].astype(float)).where(known)
    served = fewer.groupby(level="rule_id").sum()
    rules["people_served"] = served.reindex(rules.index, fill_value=0.0)
    return rules


def _changed(places: pd.DataFrame) -> pd.DataFrame:
    differs = (places["status_before"].astype(str) != places["status_after"].astype(str)).to_numpy(bool)
    columns = ["name", "unit_id", "status_before", "status_after"]
    for column in ("supplied", "shortfall", "people_short"):
        earlier, later = f"{column}_before", f"{column}_after"
        differs = differs | _far_apart(places[earlier], places[later])
        columns += [earlier, later]
    return places.loc[differs, columns]


def _gaps(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    both = _side_by_side(before, after, ["gap_id"])
    both["rule_id"] = both["rule_id_after"].combine_first(both["rule_id_before"])
    moved = _far_apart(both["amount_before"], both["amount_after"])
    moved |= _far_apart(both["people_before"], both["people_after"])
    gone, come = both["rule_id_after"].isna(), both["rule_id_before"].isna()
    both["change"] = np.select([gone, come, moved], [CLOSED, NEW, CHANGED], SAME)
    columns = ["rule_id", "name", "unit_id", "change", "amount_before", "amount_after", "people_before", "people_after"]
    return both[columns]


def _far_apart(before: pd.Series, after: pd.Series) -> NDArray[np.bool_]:
    """Return where two columns of numbers differ; unknown is equal to unknown, unreachable to unreachable."""
    one, other = before.to_numpy(float), after.to_numpy(float)
    is_apart: NDArray[np.bool_] = ~np.isclose(one, other, rtol=1e-9, atol=SAME_WITHIN, equal_nan=True)
    return is_apart
