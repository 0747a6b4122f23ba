"""A layer as the rest of coverplan sees it: checked rows in one metric CRS, and an account of every row that came in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from layers.categories import BY_KIND, CATEGORY_COLUMNS, canonical
from layers.problems import LayerError, Problem
from layers.spelling import nearest
from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from layers.edit import Cut, Edit
    from layers.heights import Heights

    Part = tuple["Layer", gpd.GeoDataFrame]

Action = Literal["rejected", "repaired", "noted"]


@dataclass(frozen=True)
class Source:
    """Where a layer came from: enough to find the very same rows again."""

    path: str  # as the plan writes it
    format: str  # "gpkg", "csv", "xlsx", "osm.pbf", ...
    sha256: str
    crs: str  # as declared: "EPSG:4490", "gcj02", ...
    table: str = ""  # layer or sheet inside the file
    encoding: str = ""  # of a text file: "utf-8", "gb18030", ...


@dataclass(frozen=True)
class Reject:
    """One row that was set aside, repaired or noted, as the user finds it in the file.

    `row` is the number a person sees: the sheet row in Excel, the line in a CSV, the feature's place from 1 elsewhere; 0
    is the file as a whole.
    A repaired or noted row is used; a rejected one is not, and whatever depends on it is unknown.
    """

    layer: str
    file: str
    row: int
    feature_id: str
    field: str
    value: str
    reason: Text
    fix: Text
    action: Action
    unit_id: str = ""


@dataclass(frozen=True)
class Layer:
    """One layer: its rows, and the books.

    `frame` is a GeoDataFrame (a DataFrame for staff) on the index `id` (text, unique, sorted), with every column of the
    kind's schema (missing ones filled with NaN or None) and the file's other columns after them. Geometries are in the
    run's metric CRS. Numbers are float, texts, ids and choices str (NaN where unknown), flags True, False or None, dates
    datetime64. `given` are the canonical columns the file really had: a column nobody gave is not the same as cells left
    blank. The books: used + repaired + rejected == rows_in, with rows_in counted apart from the parser, in rows of the
    file (a road in three parts is one row, though three in the frame) and without those the plan's `where` leaves out.
    `rows` is the number a person sees (see Reject) of each row of the frame as it was read; None where nobody read it.
    `people_rejected` are the people that rejected rows of homes or villages speak of.
    """

    name: str
    kind: str
    frame: gpd.GeoDataFrame
    source: Source
    given: frozenset[str]
    rows_in: int
    used: int
    repaired: int
    rejected: int
    rejects: tuple[Reject, ...] = ()
    rows: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)
    people_rejected: float = 0.0


@dataclass(frozen=True)
class Layers(Mapping[str, Layer]):
    """Every layer of a run by the name the plan gives it, all in the metric CRS `crs` (an EPSG code or WKT)."""

    by_name: Mapping[str, Layer]
    crs: str
    heights: Heights | None = None
    # What every rule asks anew, worked out once; a copy with other layers starts afresh.
    _parts: dict[tuple[str, str], list[Part]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _words: dict[str, set[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _new: dict[tuple[Cut, ...], gpd.GeoDataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __getitem__(self, name: str) -> Layer:
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)

    def of_kind(self, kind: str) -> tuple[Layer, ...]:
        """Return the layers of one kind, in the plan's order."""
        return tuple(layer for layer in self.by_name.values() if layer.kind == kind)

    def rows(self, kind: str, ref: str) -> gpd.GeoDataFrame:
        """Return the rows a rule means when it names `ref` where it wants that kind (see `parts`), sorted by id."""
        import pandas as pd

        chosen = [rows for _, rows in self.parts(kind, ref)]
        return chosen[0] if len(chosen) == 1 else pd.concat(chosen).sort_index(kind="stable")

    def parts(self, kind: str, ref: str) -> list[Part]:
        """Return the rows a rule means when it names `ref` where it wants that kind, layer by layer.

        A layer of that name is taken whole, in the singular or the plural (`lamp` for `lamps`). Otherwise, if `ref` is
        the kind's own name ("units", "roads", "staff"), all layers of the kind are taken; else `ref` is a category (a
        role, for staff), as the rows have it or by any word that means it, and the rows of that category in all layers
        of the kind are taken. A category that is known but has no rows gives empty frames, which is an answer (no
        facility at all). Raises LayerError if there is no layer of the kind, or if `ref` is no layer, no category that
        is known and none that any row has.
        """
        key = (kind, ref)
        if key not in self._parts:
            self._parts[key] = self._found(kind, ref)
        return list(self._parts[key])

    def _found(self, kind: str, ref: str) -> list[Part]:
        named = self._named(kind, ref)
        if named is not None:
            return [(named, named.frame)]
        all_of_kind = self.of_kind(kind)
        if not all_of_kind:
            raise LayerError(
                [Problem(ref, say("rules.no_such_layer", ref=ref, kind=kind), say("rules.add_layer", kind=kind))]
            )
        if ref != kind:
            self.category(kind, ref)
        return [(layer, self.meant(layer, ref, layer.frame)) for layer in all_of_kind]

    def meant(self, layer: Layer, ref: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return which of these rows of that layer (its own, or some to be added to it) a rule means by `ref`."""
        named = self._named(layer.kind, ref)
        if named is not None:
            return frame if named.name == layer.name else frame.iloc[:0]
        if ref == layer.kind:
            return frame
        by = _category_column(layer.kind)
        return frame[frame[by].isin([self._category(layer.kind, ref)])] if by in frame else frame.iloc[:0]

    def _named(self, kind: str, ref: str) -> Layer | None:
        """Return the layer of the kind that is called `ref`, or is but for the plural's s; None if there is none."""
        for name in (ref, f"{ref}s", ref.removesuffix("s")):
            if name in self.by_name and self.by_name[name].kind == kind:
                return self.by_name[name]
        return None

    def category(self, kind: str, ref: str) -> str:
        """Return the category (the role, for staff) that `ref` is, as rows hold it.

        Raises LayerError if it is none that is known and none that any row has.
        """
        category = self._category(kind, ref)
        if category is None:
            raise LayerError([self._no_such_ref(kind, ref)])
        return category

    def _category(self, kind: str, ref: str) -> str | None:
        """Return the category that `ref` is, as rows hold it; None if it is none that anybody knows."""
        held = self._held(kind)
        return next((word for word in (ref, ref.removesuffix("s"), f"{ref}s") if word in held), canonical(kind, ref))

    def _held(self, kind: str) -> set[str]:
        if kind not in self._words:
            by = _category_column(kind)
            frames = [layer.frame for layer in self.of_kind(kind) if by in layer.frame]
            self._words[kind] = {str(word) for frame in frames for word in frame[by].dropna().unique()}
        return self._words[kind]

    def _no_such_ref(self, kind: str, ref: str) -> Problem:
        other = self.by_name.get(ref)
        if other is not None:
            what = say("readers.other_kind", ref=ref, kind=other.kind, wanted=kind)
            return Problem(ref, what, say("readers.other_kind_fix", wanted=kind))
        known = [layer.name for layer in self.of_kind(kind)] + sorted(self._held(kind) | BY_KIND.get(kind, {}).keys())
        return Problem(ref, say("readers.no_such_ref", ref=ref, kind=kind), nearest(ref, known))

    def to_be_added(self, name: str, cuts: Sequence[Cut]) -> gpd.GeoDataFrame:
        """Return the rows that edits would add to that layer (at least one cut), one after the other in its columns."""
        from layers.edit import gathered

        key = tuple(cuts)
        if key not in self._new:
            self._new[key] = gathered(key).reindex(columns=self[name].frame.columns)
        return self._new[key]

    def with_edits(self, edits: tuple[Edit, ...]) -> Layers:
        """Return these layers with the edits applied; nothing here changes."""
        from layers.edit import applied, together

        changed = dict(self.by_name)
        for edit in together(edits):
            changed[edit.layer] = replace(changed[edit.layer], frame=applied(changed[edit.layer].frame, edit))
        return replace(self, by_name=changed)


def _category_column(kind: str) -> str:
    return CATEGORY_COLUMNS.get(kind, "category")
