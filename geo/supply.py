"""The rows that supply something: which surely work, which may, and what was set aside when they were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.edits import leaves_ways, names_cell
from geo.places import unit_rows
from layers.categories import CATEGORY_COLUMNS, canonical
from layers.text import Text, known, say
from layers.where import parse_where

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.projects import Project
    from geo.world import World
    from layers.edit import Cut
    from layers.layer import Layer, Layers
    from layers.options import Cost, RuleOptions

    Flags = NDArray[np.bool_]
    Rows = NDArray[np.int64]

WORKING = "working"

# How much a facility can do: of no concern to a rule that only counts facilities or looks for the nearest.
AMOUNTS = frozenset({"capacity", "per_day"})


@dataclass(frozen=True)
class Supply:
    """What a rule counts as supply.

    `frame` holds the rows that work or may work, in order of id; `works` says of each whether it surely does (a blank
    status cell leaves it open; a layer without a status column is taken to work, and `notes` says so).
    """

    frame: gpd.GeoDataFrame
    works: Flags
    notes: tuple[Text, ...]


@dataclass(frozen=True)
class Meant:
    """Which rows a rule means: a reference (see `Layers.parts`), a category (a role) among them, and a filter."""

    kind: str
    ref: str
    category: str | None = None
    where: str | None = None

    def among(self, frame: gpd.GeoDataFrame, layers: Layers) -> gpd.GeoDataFrame:
        """Return those of these rows that have the category and pass the filter; raises LayerError as `Layers.category`."""
        if self.category is not None:
            by = CATEGORY_COLUMNS.get(self.kind, "category")
            frame = frame[frame[by].isin({layers.category(self.kind, self.category)})]
        if self.where is not None:
            frame = frame[parse_where(self.where).holds(frame)]
        return frame


@dataclass(frozen=True)
class Added:
    """Rows that projects would add: `project` is each row's place in the list of projects."""

    project: Rows
    frame: gpd.GeoDataFrame


def supply(layers: Layers, meant: Meant) -> Supply:
    """Return the rows meant that work or may work; raises LayerError if the reference means no layer at all."""
    frames, works, notes = [], [], []
    for layer, rows in layers.parts(meant.kind, meant.ref):
        kept = meant.among(rows, layers)
        taken = "status" not in layer.given
        sure = np.full(len(kept), True) if taken else kept["status"].isin({WORKING}).to_numpy(bool)
        maybe = sure if taken else sure | kept["status"].isna().to_numpy(bool)
        frames.append(kept[maybe])
        works.append(sure[maybe])
        notes += _status_notes(layer, len(kept), int((~sure & maybe).sum()), taken=taken and "status" in kept)
    frame, sure = frames[0], works[0]
    if len(frames) > 1:
        frame, sure = pd.concat(frames), np.concatenate(works)
    order = np.argsort(frame.index.to_numpy(object), kind="stable")
    if not len(frame):
        notes.append(say("rules.no_supply", what=what_is(meant)))
    return Supply(frame.iloc[order], sure[order], tuple(notes))


def receiving(layers: Layers, meant: Meant) -> tuple[Layer, str]:
    """Return the layer that a new row of what is meant belongs in, and its category (its role) there.

    The layer that has most such rows already, the plan's first of several; the category most of them have.
    """
    layer, rows = max(layers.parts(meant.kind, meant.ref), key=lambda part: len(part[1]))
    if meant.category is not None:
        return layer, layers.category(meant.kind, meant.category)
    words = Counter(rows[CATEGORY_COLUMNS.get(meant.kind, "category")].dropna().tolist())
    if words:
        return layer, str(min(word for word in words if words[word] == max(words.values())))
    return layer, canonical(meant.kind, meant.ref) or meant.ref


def what_is(meant: Meant) -> Text | str:
    """Return the words for what is counted: the category's if it is one we know, else the plan's own."""
    return category_word(meant.category or meant.ref)


def category_word(category: str) -> Text | str:
    """Return the words for a category or role, the planner's own word where it is not one of ours."""

    key = f"rules.category_{category}"
    return say(key) if known(key) else category


def units_with_rejects(world: World, meant: Meant) -> Rows:
    """Return the rows of the villages that a rejected row of these layers named: their supply may be more than is seen."""
    named = [
        reject.unit_id
        for layer, _ in world.layers.parts(meant.kind, meant.ref)
        for reject in layer.rejects
        if reject.action == "rejected" and reject.unit_id
    ]
    rows = unit_rows(named, world.units)
    return np.unique(rows[rows >= 0])


def added_rows(projects: Sequence[Project], meant: Meant, layers: Layers) -> Added | None:
    """Return the rows these projects would add to what is meant.

    None where a project changes which rows of such a layer count (a change of AMOUNTS alone does not), or adds one that
    may not work: then only a re-run can tell.
    """
    found: dict[str, list[tuple[int, Cut]]] = {}
    for i, project in enumerate(projects):
        for edit in project.edits:
            if layers[edit.layer].kind != meant.kind:
                continue
            if edit.changed is not None and len(edit.changed) and _may_decide(edit.changed, meant):
                return None
            if edit.added is not None and len(edit.added):
                found.setdefault(edit.layer, []).append((i, edit.added))
    parts = [_counted(layers[name], rows, meant, layers) for name, rows in found.items()]
    if any(part is None for part in parts):
        return None
    places = [part[0] for part in parts if part is not None]
    frames = [part[1] for part in parts if part is not None]
    if not frames:
        return Added(np.zeros(0, np.int64), layers.parts(meant.kind, meant.ref)[0][1].iloc[:0])
    return Added(np.concatenate(places), frames[0] if len(frames) == 1 else pd.concat(frames))


def counting(projects: Sequence[Project], meant: Meant, layers: Layers) -> set[int]:
    """Return the projects (rows) that add a row of what is meant, or change anything in a layer of the kind."""
    found: set[int] = set()
    added: dict[str, list[tuple[int, Cut]]] = {}
    for i, project in enumerate(projects):
        for edit in project.edits:
            if layers[edit.layer].kind != meant.kind:
                continue
            if edit.changed is not None and len(edit.changed):
                found.add(i)
            if edit.added is not None and len(edit.added):
                added.setdefault(edit.layer, []).append((i, edit.added))
    for name, rows in added.items():
        frame = layers.to_be_added(name, [cut for _, cut in rows])
        frame = frame.assign(_project=np.repeat([i for i, _ in rows], [len(cut) for _, cut in rows]))
        found.update(meant.among(layers.meant(layers[name], meant.ref, frame), layers)["_project"].tolist())
    return found


def moving(projects: Sequence[Project], kinds: set[str], layers: Layers) -> set[int]:
    """Return the projects (rows) that edit a layer of these kinds; roads that only get better are left as they were."""
    edits = ((i, edit) for i, project in enumerate(projects) for edit in project.edits)
    return {i for i, edit in edits if layers[edit.layer].kind in kinds and not leaves_ways(edit)}


def _may_decide(change: Cut, meant: Meant) -> bool:
    """Return whether these changes may make rows count that did not, or the other way round."""
    changed = set(change.columns)
    return bool(changed - AMOUNTS) or any(name in (meant.where or "") for name in changed)


def _counted(
    layer: Layer, rows: list[tuple[int, Cut]], meant: Meant, layers: Layers
) -> tuple[Rows, gpd.GeoDataFrame] | None:
    """Return which of the rows added to one layer count, and whose they are; None where a status is left open."""
    frame = layers.to_be_added(layer.name, [cut for _, cut in rows])
    frame = frame.assign(_project=np.repeat([i for i, _ in rows], [len(cut) for _, cut in rows]))
    frame = meant.among(layers.meant(layer, meant.ref, frame), layers)
    if "status" in layer.given:
        if frame["status"].isna().any():
            return None
        frame = frame[frame["status"].isin({WORKING})]
    return frame["_project"].to_numpy(np.int64), frame.drop(columns="_project")


def edits_touch(
    projects: Sequence[Project], kinds: set[str], layers: Layers, *, roads_where: str | None = None
) -> bool:
    """Return whether any of the projects edits a layer of these kinds.

    Roads that only get better count as left as they were, unless `roads_where` may choose others among them then.
    """
    edits = [edit for project in projects for edit in project.edits if layers[edit.layer].kind in kinds]
    return any(not leaves_ways(edit) or names_cell(roads_where, edit) for edit in edits)


def _status_notes(layer: Layer, count: int, blank: int, *, taken: bool) -> list[Text]:
    if taken and count:
        return [say("rules.no_status_column", layer=layer.name, count=count)]
    return [say("rules.status_blank_rows", layer=layer.name, count=blank)] if blank else []


def cost_note(rule: RuleOptions, assumed: Cost) -> list[Text]:
    """Return a note that the rule's cost was assumed, if it was."""
    if rule.cost is not None:
        return []
    name = rule.title if rule.title.zh or rule.title.en else rule.id
    return [say("rules.cost_assumed", rule=name, low=assumed.low, high=assumed.high, yearly=assumed.yearly)]


def rejected_note(world: World, meant: Meant) -> list[Text]:
    """Return a note on rows of these layers that were set aside when they were read, if there are any."""
    count = sum(layer.rejected for layer, _ in world.layers.parts(meant.kind, meant.ref))
    return [say("rules.rows_set_aside", count=count, what=what_is(meant))] if count else []
