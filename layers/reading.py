"""From the plan's layer entries to checked layers in one metric CRS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from layers.kinds import KINDS
from layers.layer import Layer, Layers
from layers.plan import LayerSpec, Plan
from layers.problems import InputError, LayerError, Problem
from layers.readers.raw import Request
from layers.text import say

if TYPE_CHECKING:
    import numpy as np
    import pyproj
    from numpy.typing import NDArray

    from layers.checked import Checked
    from layers.crs import System

    Geometries = NDArray[np.object_]

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class _Placed:
    """A layer's rows, the system they are in (None without geometry), and the middle of each row in WGS 84 degrees."""

    checked: Checked
    system: System | None
    lonlat: NDArray[np.float64]
    sha256: str


def read_layers(plan: Plan) -> Layers:
    """Return every layer of the plan, checked, in the plan's order, all in one metric CRS.

    Each layer's books balance: used + repaired + rejected == rows_in. Raises LayerError (PlanError for the plan's own
    CRS) with the faults of all layers that stop the run, not only the first.
    """
    placed = _each(plan.layers, lambda name, spec: _placed(plan, name, spec))
    _refuse(_lonlat_swapped(placed))
    run = _run_crs(plan, placed)
    moved = _each(placed, lambda _, layer: _projected(layer, run))
    units = [item.checked for item in moved.values() if item.checked.request.schema.kind == "units"]
    layers = _each(moved, lambda _, layer: _finished(layer, units, run, plan))
    from layers.crs import name_of

    return Layers(_apart(layers), name_of(run))


def _each(given: Mapping[str, Given], make: Callable[[str, Given], Made]) -> dict[str, Made]:
    """Return what `make` makes of each, or raise once, with the faults of all that failed."""
    made: dict[str, Made] = {}
    problems: list[Problem] = []
    for name, item in given.items():
        try:
            made[name] = make(name, item)
        except InputError as error:
            problems += error.problems
        except _library_errors() as error:
            what = say("readers.library", cause=f"{type(error).__name__}: {error}"[:200])
            problems.append(Problem(name, what, say("readers.unreadable_fix")))
    _refuse(problems)
    return made


def _library_errors() -> tuple[type[Exception], ...]:
    """What libraries raise over cells and shapes that were read but cannot be worked with; our own faults are not here."""
    from pyarrow import ArrowException
    from pyproj.exceptions import ProjError
    from shapely.errors import ShapelyError

    return ArrowException, ProjError, ShapelyError, UnicodeError, MemoryError


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise LayerError(problems)


def _placed(plan: Plan, name: str, spec: LayerSpec) -> _Placed:
    """Read and check one layer, and settle which system its coordinates are in."""
    import numpy as np

    from layers.checks import checked_rows, within_limit
    from layers.crs import declared, middles, misplaced
    from layers.readers.files import checked_path, sha256
    from layers.readers.formats import read_raw
    from layers.readers.shapefile import parts_beside
    from layers.spelling import nearest

    if spec.kind not in KINDS:
        what = say("readers.unknown_kind", kind=spec.kind)
        raise LayerError([Problem(name, what, nearest(spec.kind, KINDS))])
    where = say("readers.layer", layer=name, file=spec.path)
    request = Request(name, spec, KINDS[spec.kind], checked_path(plan.folder, spec.path, where))
    digest = sha256(parts_beside(request.path))
    raw = read_raw(request)
    checked = checked_rows(raw, request)
    if checked.geometry is None:
        within_limit(checked, plan.settings.max_rejected_share)
        return _Placed(checked, None, np.zeros((0, 2)), digest)
    system = declared(raw, spec.crs, where, middles(checked.geometry[checked.meant]))
    checked = checked.adding(misplaced(system, _only(checked.geometry, checked.meant), where))
    within_limit(checked, plan.settings.max_rejected_share)
    middle = middles(_only(checked.geometry, checked.good))
    return _Placed(checked, system, system.lonlat(middle) if len(middle) else middle, digest)


def _only(geometry: Geometries | None, kept: NDArray[np.bool_]) -> Geometries:
    """Return the geometries with None where they are not kept."""
    import numpy as np

    result = np.full(len(kept), None, dtype=object)
    if geometry is not None:
        result[kept] = geometry[kept]
    return result


def _lonlat_swapped(placed: Mapping[str, _Placed]) -> list[Problem]:
    from layers.crs import swapped_layers

    there = [item for item in placed.values() if len(item.lonlat)]
    there.sort(key=lambda item: item.checked.request.schema.kind != "units")
    return swapped_layers([(item.checked.request.where, item.lonlat.mean(axis=0)) for item in there])


def _run_crs(plan: Plan, placed: Mapping[str, _Placed]) -> pyproj.CRS:
    """Choose by the villages where there are any, since they are what the run is about; else by everything."""
    import numpy as np

    from layers.crs import run_system

    units = [item.lonlat for item in placed.values() if item.checked.request.schema.kind == "units"]
    chosen = [lonlat for lonlat in units if len(lonlat)] or [item.lonlat for item in placed.values()]
    return run_system(plan.settings.crs, np.concatenate([*chosen, np.zeros((0, 2))]))


def _projected(layer: _Placed, run: pyproj.CRS) -> _Placed:
    import numpy as np
    import shapely

    from layers.crs import projected
    from layers.readers.raw import Fault

    checked = layer.checked
    if layer.system is None or checked.geometry is None:
        return layer
    before = _only(checked.geometry, checked.good)
    after = projected(before, layer.system, run, checked.request.where)
    lost = np.flatnonzero(shapely.is_missing(after) & ~shapely.is_missing(before))
    reason, fix = say("readers.not_projected"), say("readers.place_fix")
    faults = [Fault(int(at), "geometry", "", reason, fix) for at in lost]
    return replace(layer, checked=replace(checked, geometry=after).adding(faults))


def _finished(layer: _Placed, units: list[Checked], run: pyproj.CRS, plan: Plan) -> Layer:
    from layers.checks import finished
    from layers.unitnames import with_unit_ids

    return finished(
        with_unit_ids(layer.checked, units),
        run if layer.checked.request.schema.shape != "none" else None,
        crs_name=layer.system.name if layer.system else "",
        sha256=layer.sha256,
        max_rejected_share=plan.settings.max_rejected_share,
    )


def _apart(layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """Return the layers with ids that no other layer of their kind has, since a rule may judge several together.

    An id that an earlier layer of the kind has already is written `layer:id`. Units cannot be told apart like that,
    because others refer to them. Raises LayerError if two layers of units have a unit in common.
    """
    import numpy as np

    result: dict[str, Layer] = {}
    problems = []
    for name, layer in layers.items():
        earlier = [other.frame.index for other in result.values() if other.kind == layer.kind]
        clash = np.logical_or.reduce([layer.frame.index.isin(ids) for ids in earlier]) if earlier else np.bool_(False)
        if clash.any() and layer.kind == "units":
            what = say("readers.unit_twice", id=str(layer.frame.index[clash][0]), count=int(clash.sum()))
            problems.append(Problem(name, what, say("readers.unit_twice_fix")))
        elif clash.any():
            ids = layer.frame.index.where(~clash, name + ":" + layer.frame.index)
            layer = replace(layer, frame=layer.frame.set_axis(ids, axis=0).rename_axis("id").sort_index())
        result[name] = layer
    _refuse(problems)
    return result
