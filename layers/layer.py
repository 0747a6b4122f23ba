"""A layer as the rest of coverplan sees it: checked rows in one metric CRS, and an account of every row that came in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from layers.problems import LayerError, Problem
from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.edit import Edit

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

    `row` is the number a person sees: the sheet row in Excel, the line in a CSV, the feature's place from 1 elsewhere.
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
    run's metric CRS. `given` are the canonical columns the file really had: a column nobody gave is not the same as
    cells left blank. The books: used + repaired + rejected == rows_in, with rows_in counted apart from the parser.
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


@dataclass(frozen=True)
class Layers(Mapping[str, Layer]):
    """Every layer of a run by the name the plan gives it, all in the metric CRS `crs` (an EPSG code or WKT)."""

    by_name: Mapping[str, Layer]
    crs: str

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

    def parts(self, kind: str, ref: str) -> list[tuple[Layer, gpd.GeoDataFrame]]:
        """Return the rows a rule means when it names `ref` where it wants that kind, layer by layer.

        A layer of that name is taken whole. Otherwise, if `ref` is the kind's own name ("units", "roads", "staff"), all
        layers of the kind are taken; else `ref` is a category (or a staff role), in the singular or with an s, and the
        rows of that category in all layers of the kind are taken. Raises LayerError if there is neither a layer of that
        name nor any layer of the kind; a category without rows gives empty frames, which is an answer (no facility at
        all).
        """
        named = self.by_name.get(ref)
        if named is not None and named.kind == kind:
            return [(named, named.frame)]
        all_of_kind = self.of_kind(kind)
        if not all_of_kind:
            raise LayerError(
                [Problem(ref, say("rules.no_such_layer", ref=ref, kind=kind), say("rules.add_layer", kind=kind))]
            )
        return [(layer, self.meant(layer, ref, layer.frame)) for layer in all_of_kind]

    def meant(self, layer: Layer, ref: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return which of these rows of that layer (its own, or some to be added to it) a rule means by `ref`."""
        named = self.by_name.get(ref)
        if named is not None and named.kind == layer.kind:
            return frame if named.name == layer.name else frame.iloc[:0]
        if ref == layer.kind:
            return frame
        by = "role" if layer.kind == "staff" else "category"
        words = {ref, f"{ref}s", ref.removesuffix("s")}
        return frame[frame[by].isin(words)] if by in frame else frame.iloc[:0]

    def with_edits(self, edits: tuple[Edit, ...]) -> Layers:
        """Return these layers with the edits applied; nothing here changes."""
        from layers.edit import applied

        changed = dict(self.by_name)
        for edit in edits:
            changed[edit.layer] = replace(changed[edit.layer], frame=applied(changed[edit.layer].frame, edit))
        return replace(self, by_name=changed)
