"""Gaps of a combined rule: places of one village that fail the same parts, and which gaps of the parts they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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

    from geo.rule import Rule
    from geo.world import World

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PartGaps:
    """A part's own gaps at places where the whole is short.

    `seen` is the part's coverage so cut down, which its repairs want too. Gap `label[i]` of them is what the part says of
    place `row[i]` of the whole: the gap it is in, or one of the village it lies in; in order of the gaps.
    """

    gaps: list[Gap]
    seen: Coverage
    label: Rows
    row: Rows


def part_gaps(column: int, part: Coverage, whole: Coverage, found: Combined, world: World) -> PartGaps:
    """Return what a part finds missing at the places where the whole is short because of it."""
    wanted = np.flatnonzero((whole.frame["status"] == SHORT).to_numpy() & (found.answers[:, column] == NO))
    own_row = found.where[column][wanted]
    one_to_one = bool((own_row >= 0).all())
    if one_to_one:
        key = own_row
        kept = np.zeros(len(part.frame), dtype=bool)
        kept[own_row] = True
    else:
        villages = pd.Index(np.unique(whole.frame["unit_id"].to_numpy(object)[wanted]))
        key = villages.get_indexer(whole.frame["unit_id"].to_numpy(object)[wanted])
        kept = part.frame["unit_id"].isin(villages).to_numpy()
    status = part.frame["status"].to_numpy(object)
    seen = replace(
        part, frame=part.frame.assign(status=pd.Categorical(np.where(kept | (status != SHORT), status, MET)))
    )
    gaps = part.rule.gaps(seen, world)
    place = [id_ for gap in gaps for id_ in gap.place_ids]
    at = seen.frame.index.astype(str).get_indexer(place)
    at = at if one_to_one else villages.get_indexer(seen.frame["unit_id"].to_numpy(object)[at])
    label = np.repeat(np.arange(len(gaps)), [len(gap.place_ids) for gap in gaps])
    pairs = pd.DataFrame({"label": label, "key": at}).drop_duplicates()
    pairs = pairs.merge(pd.DataFrame({"key": key, "row": wanted}), on="key").sort_values(["label", "row"])
    return PartGaps(gaps, seen, pairs["label"].to_numpy(np.int64), pairs["row"].to_numpy(np.int64))


def gaps_of(whole: Coverage, found: Combined, parts: Sequence[PartGaps], world: World) -> list[Gap]:
    """Return a gap for each village, and for each cluster of homes of a village, that fail the same parts."""
    short = np.flatnonzero((whole.frame["status"] == SHORT).to_numpy())
    if not len(short):
        return []
    pattern = np.unique(found.answers[short] == NO, axis=0, return_inverse=True)[1].reshape(-1)
    unit_id = whole.frame["unit_id"].to_numpy(object)
    group = pd.factorize(pd.MultiIndex.from_arrays([unit_id[short], pattern]))[0].astype(np.int64)
    points = points_of(whole.frame) if found.of == "homes" else whole.frame.geometry.to_numpy()
    if found.of == "homes":
        group = clustered(points[short], group, LINK_M)
    drawn = _Drawn(
        whole.rule,
        whole.frame.index.astype(str).to_numpy(object),
        unit_id,
        whole.frame["name"].to_numpy(object),
        whole.frame["people"].to_numpy(float),
        points,
        dict(zip(world.units.index, texts(world.units["name"]), strict=True)),
        tuple(_reasons(part) for part in parts),
    )
    rows = pd.Series(short).groupby(group).indices.values()
    return sorted((drawn.gap(short[some]) for some in rows), key=lambda gap: (gap.unit_id, gap.place_ids))


def gap_at(gaps: Sequence[Gap], whole: Coverage) -> Rows:
    """Return for each place of the coverage (row) which of the gaps it is in, -1 for none."""
    found = np.full(len(whole.frame), -1)
    place = [id_ for gap in gaps for id_ in gap.place_ids]
    found[whole.frame.index.astype(str).get_indexer(place)] = np.repeat(
        np.arange(len(gaps)), [len(gap.place_ids) for gap in gaps]
    )
    return found


def _reasons(part: PartGaps) -> dict[int, Text | str]:
    """Return for each place (row) that fails the part what the part's own gap says of it."""
    return {row: part.gaps[label].reason for label, row in zip(part.label.tolist(), part.row.tolist(), strict=True)}


@dataclass(frozen=True, eq=False)
class _Drawn:
    """The places as gaps are drawn from them; `says` is what each part says of each place that fails it, by row."""

    rule: Rule
    ids: NDArray[np.object_]
    unit_id: NDArray[np.object_]
    name: NDArray[np.object_]
    people: Numbers
    shapes: NDArray[np.object_]
    villages: dict[str, str]
    says: tuple[dict[int, Text | str], ...]

    def gap(self, rows: Rows) -> Gap:
        """Return these places as one gap, named after the one with most people (the first of several)."""
        people = self.people[rows]
        anchor = int(np.argmax(np.nan_to_num(people, nan=-1.0)))
        ids, unit_id = self.ids[rows], str(self.unit_id[rows[anchor]])
        known = float(np.nansum(people)) if not np.isnan(people).all() else float("nan")
        return Gap(
            id=stable_id(self.rule.id, unit_id, ids[anchor]),
            rule_id=self.rule.id,
            severity=self.rule.severity,
            place_ids=(ids[anchor], *np.delete(ids, anchor)),
            unit_id=unit_id,
            name=self.villages.get(unit_id) or unit_id or str(self.name[rows[anchor]] or ids[anchor]),
            amount=known,
            unit="people",
            people=known,
            geometry=self.shapes[rows[0]] if self._is_one_area(rows) else shapely.multipoints(self.shapes[rows]),
            reason=self._reason(int(rows[anchor])),
        )

    def _is_one_area(self, rows: Rows) -> bool:
        return len(rows) == 1 and shapely.get_dimensions(self.shapes[rows[0]]) == 2

    def _reason(self, row: int) -> Text:
        """Return what each part that fails at the place says of it, one after the other, with its number."""
        parts = [
            say("rules.part_says", number=number, reason=says[row])
            for number, says in enumerate(self.says, 1)
            if row in says
        ]
        return reduce(lambda first, then: say("rules.and_part", first=first, then=then), parts)
