"""Rows set aside: how a person finds each of them, how many people they stand for, and when they are too many to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.checked import Checked
from layers.layer import Reject
from layers.problems import Problem
from layers.readers.raw import WHOLE_FILE
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.plan import Settings

    Flags = NDArray[np.bool_]

MAX_LISTED = 100
# Which column of a kind of layer counts people; a device that is set aside is nobody.
_PEOPLE = {"units": "population", "demand": "people"}


def rejects_of(checked: Checked) -> tuple[Reject, ...]:
    """Return the faults as a person finds them; of a rejected row only what rejects it, since it is not used at all."""
    rejected, meant = checked.rejected, checked.meant
    ids = checked.cells["id"]
    units = ids if checked.request.schema.kind == "units" else checked.cells.get("unit_id")
    found = []
    for fault in checked.faults:
        whole = fault.at == WHOLE_FILE
        if not whole and (not meant[fault.at] or (rejected[fault.at] and fault.action != "rejected")):
            continue
        found.append(
            Reject(
                checked.request.name,
                checked.request.spec.path,
                0 if whole else int(checked.raw.rows[fault.at]),
                "" if whole else _text(ids.iloc[fault.at]),
                fault.field,
                fault.value,
                fault.reason,
                fault.fix,
                fault.action,
                "" if whole or units is None else _text(units.iloc[fault.at]),
            )
        )
    return tuple(sorted(found, key=lambda reject: (reject.row, reject.field, str(reject.reason))))


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def people_rejected(checked: Checked) -> float:
    """Return how many people the rejected rows of a layer of homes or villages speak of.

    A row whose number cannot be right counts as many as the other rows do on average; a row of totals is nobody's.
    """
    column = _PEOPLE.get(checked.request.schema.kind)
    if column is None or column not in checked.given:
        return 0.0
    people = checked.cells[column].to_numpy(float, copy=True)
    people[[fault.at for fault in checked.faults if fault.field == column and fault.action == "rejected"]] = np.nan
    lost = checked.rejected & ~_totals(checked)
    counted = people[checked.good & ~np.isnan(people)]
    average = counted.mean() if len(counted) else 0.0
    return float(np.where(np.isnan(people), average, people)[lost].sum())


def over_limits(checked: Checked, settings: Settings) -> list[Problem]:
    """Return why a layer stops the run: a larger share of its rows, or of its people, is rejected than the plan allows.

    Rows of totals are rejected too, but are no loss. The rejected rows are listed with it, so that they can be put right.
    """
    totals = _totals(checked)
    rejected, rows = int((checked.rejected & ~totals).sum()), int((checked.meant & ~totals).sum())
    what: list[Text] = []
    fix = say("readers.too_many_fix")
    if rejected > settings.max_rejected_share * rows:
        shares = {"percent": f"{100 * rejected / rows:.1f}", "limit": f"{100 * settings.max_rejected_share:g}"}
        what = [say("readers.too_many", rejected=rejected, rows=rows, **shares)]
    else:
        what = _too_many_people(checked, settings.max_rejected_people_share)
        fix = say("readers.too_many_people_fix")
    found = [Problem(checked.request.where, each, fix) for each in what]
    return [*found, *_listed(checked)] if found else []


def _too_many_people(checked: Checked, limit: float) -> list[Text]:
    lost = people_rejected(checked)
    if not lost:
        return []
    kept = checked.cells[_PEOPLE[checked.request.schema.kind]].to_numpy(float)[checked.good]
    total = lost + float(np.nansum(kept))
    if lost <= limit * total:
        return []
    shares = {"percent": f"{100 * lost / total:.1f}", "limit": f"{100 * limit:g}"}
    return [say("readers.too_many_people", people=round(lost), **shares)]


def _listed(checked: Checked) -> list[Problem]:
    bad = [reject for reject in rejects_of(checked) if reject.action == "rejected"]
    problems = [Problem(row_name(reject), reject.reason, reject.fix) for reject in bad[:MAX_LISTED]]
    if len(bad) > MAX_LISTED:
        what = say("readers.more", count=len(bad) - MAX_LISTED)
        problems.append(Problem(checked.request.where, what, say("readers.nothing_to_do")))
    return problems


def _totals(checked: Checked) -> Flags:
    """Return the rows that were found to sum up the others."""
    found = np.zeros(len(checked.cells), bool)
    found[[fault.at for fault in checked.faults if fault.reason.key == "readers.total_row"]] = True
    return found


def row_name(reject: Reject) -> Text:
    """Return how a message names the row of a reject: the file, the row, and the id if it has one."""
    key = "readers.row_with_id" if reject.feature_id else "readers.row"
    return say(key, layer=reject.layer, file=reject.file, row=reject.row, id=reject.feature_id)
