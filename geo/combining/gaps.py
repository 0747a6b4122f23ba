"""Gaps of a combined rule: places of one village that fail the same parts, and which gaps of the parts they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.combining.places import NO, Combined
from geo.coverage import MET, SHORT, Coverage
from geo.gaps import Gap, clustered, stable_id
from geo.places import points_of, texts
from geo.unserved import LINK_M
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.world import World

    Rows = NDArray[np.int64]
    PartGaps = tuple[list[Gap], Coverage, list[Rows]]


def gaps_of(coverage: Coverage, found: Combined, parts: Sequence[Coverage], world: World) -> list[Gap]:
    """Return a gap for each village, and for each cluster of homes of a village, that fail the same parts."""
    short = np.flatnonzero((coverage.frame["status"] == SHORT).to_numpy())
    if not len(short):
        return []
    failing = found.answers[short] == NO
    pattern = np.unique(failing, axis=0, return_inverse=True)[1].reshape(-1)
    keys = pd.MultiIndex.from_arrays([coverage.frame["unit_id"].to_numpy(object)[short], pattern])
    group = pd.factorize(keys)[0].astype(np.int64)
    if found.of == "homes":
        group = clustered(points_of(coverage.frame.iloc[short]), group, LINK_M)
    said = [_said(column, part, coverage, found, world) for column, part in enumerate(parts)]
    groups = pd.Series(short).groupby(group).indices
    gaps = [_gap(coverage, found, short[rows], said, world) for rows in groups.values()]
    return sorted(gaps, key=lambda gap: (gap.unit_id, gap.place_ids))


def parts_gaps(column: int, part: Coverage, coverage: Coverage, found: Combined, world: World) -> PartGaps:
    """Return a part's gaps at places where the whole is short, the part's coverage so cut down, and the places of each.

    Places are rows of the whole's coverage: those the part's gap is made of, or that lie in the villages it lies in.
    """
    wanted = (coverage.frame["status"] == SHORT).to_numpy() & (found.answers[:, column] == NO)
    unit_id = coverage.frame["unit_id"].to_numpy(object)
    row = found.where[column]
    one_to_one = bool((row[wanted] >= 0).all())
    kept = np.zeros(len(part.frame), dtype=bool)
    if one_to_one:
        kept[row[wanted]] = True
    else:
        kept = np.isin(part.frame["unit_id"].to_numpy(object), unit_id[wanted])
    status = part.frame["status"].to_numpy(object)
    frame = part.frame.assign(status=pd.Categorical(np.where(kept | (status != SHORT), status, MET)))
    seen = replace(part, frame=frame)
    own = part.rule.gaps(seen, world)
    label = row if one_to_one else unit_id
    rows_of = pd.Series(np.flatnonzero(wanted)).groupby(label[wanted]).indices
    rows_of = {key: np.flatnonzero(wanted)[rows] for key, rows in rows_of.items()}
    index, units = frame.index.astype(str), frame["unit_id"].to_numpy(object)
    places = []
    for gap in own:
        at = index.get_indexer(gap.place_ids)
        keys = dict.fromkeys(at.tolist() if one_to_one else units[at].tolist())
        some = [rows_of[key] for key in keys if key in rows_of]
        places.append(np.concatenate(some) if some else np.zeros(0, np.int64))
    return own, seen, places


def standing_for(gaps: Sequence[Gap], coverage: Coverage) -> Rows:
    """Return for each place of the coverage (row) which of the gaps it is in, -1 for none."""
    ours = np.full(len(coverage.frame), -1)
    index = coverage.frame.index.astype(str)
    for i, gap in enumerate(gaps):
        ours[index.get_indexer(gap.place_ids)] = i
    return ours


def _said(column: int, part: Coverage, coverage: Coverage, found: Combined, world: World) -> dict[int, Text | str]:
    """Return for each place (row) that fails the part what the part's own gap says of it."""
    own, _, places = parts_gaps(column, part, coverage, found, world)
    return {int(row): gap.reason for gap, rows in zip(own, places, strict=True) for row in rows}


def _gap(coverage: Coverage, found: Combined, rows: Rows, said: Sequence[dict[int, Text | str]], world: World) -> Gap:
    """Return these places as one gap, named after the one with most people (the lowest id of several)."""
    rule, frame = coverage.rule, coverage.frame
    people = frame["people"].to_numpy(float)[rows]
    anchor = int(np.argmax(np.nan_to_num(people, nan=-1.0)))
    ids = frame.index[rows].astype(str)
    unit_id = str(frame["unit_id"].iloc[rows[anchor]])
    known = float(np.nansum(people)) if not np.isnan(people).all() else float("nan")
    names = dict(zip(world.units.index, texts(world.units["name"]), strict=True))
    places = frame.geometry.to_numpy()[rows]
    return Gap(
        id=stable_id(rule.id, unit_id, ids[anchor]),
        rule_id=rule.id,
        severity=rule.severity,
        place_ids=(ids[anchor], *np.delete(ids, anchor)),
        unit_id=unit_id,
        name=names.get(unit_id) or unit_id or str(frame["name"].iloc[rows[anchor]] or ids[anchor]),
        amount=known,
        unit="people",
        people=known,
        geometry=places[0] if found.of == "units" else shapely.multipoints(points_of(frame.iloc[rows])),
        reason=_reason(found, rows[anchor], said),
    )


def _reason(found: Combined, row: int, said: Sequence[dict[int, Text | str]]) -> Text:
    """Return what each part that fails at the place says of it, one after the other, with its number."""
    failing = np.flatnonzero(found.answers[row] == NO).tolist()
    parts = [say("rules.part_says", number=column + 1, reason=said[column].get(int(row), "")) for column in failing]
    return reduce(lambda first, then: say("rules.and_part", first=first, then=then), parts)
