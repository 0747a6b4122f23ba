"""From the plan's layer entries to checked layers in one metric CRS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from layers.kinds import KINDS
from layers.layer import Layer, Layers
from layers.plan import LayerSpec, Plan, is_database
from layers.problems import InputError, LayerError, Problem
from layers.readers.raw import Request
from layers.text import say

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd
    import pyproj
    from numpy.typing import NDArray

    from layers.cache import Shelf
    from layers.checked import Checked
    from layers.crs import System
    from layers.heights import Heights
    from layers.readers.raw import Raw

    Geometries = NDArray[np.object_]

# No township's own layer is so far from its villages; a 3-degree zone mistaken for its neighbour is 250 to 330 km off.
ELSEWHERE_M = 200_000.0

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Examined:
    """What could be read of a plan's layers, whatever share of their rows is rejected, and why the rest could not.

    `checked` are the rows as their files have them, of every layer that could be read at all.
    """

    layers: Layers
    refused: Mapping[str, tuple[Problem, ...]]
    checked: Mapping[str, Checked]


@dataclass(frozen=True)
class _Placed:
    """A layer's rows, the system they are in (None without geometry), and the middle of each row in WGS 84 degrees."""

    checked: Checked
    system: System | None
    lonlat: NDArray[np.float64]
    sha256: str


def read_layers(plan: Plan, *, meanwhile: Callable[[], None] | None = None, shelf: Shelf | None = None) -> Layers:
    """Return every layer of the plan, checked, in the plan's order, all in one metric CRS.

    Each layer's books balance: used + repaired + rejected == rows_in. Raises LayerError (PlanError for the plan's own
    CRS) with the faults of all layers that stop the run, not only the first: what cannot be read, and what has more
    rows or people rejected than the plan allows. `meanwhile` may be called once, while other processes read the files. What is on
    the `shelf` is taken from there, and what is not is noted there.
    """
    found = examined(plan, meanwhile=meanwhile, shelf=shelf)
    problems = stopping(found, plan)
    if problems:
        raise LayerError(problems)
    heights = plan.settings.network.heights
    if heights is None:
        return found.layers
    return replace(found.layers, heights=_heights(plan.folder, heights, found.layers))


def _heights(folder: Path, path: str, layers: Layers) -> Heights | None:
    """Return the heights wherever there are roads; None if there are none."""
    import numpy as np

    from layers.heights import read_heights

    bounds = np.array([layer.frame.total_bounds for layer in layers.of_kind("roads") if len(layer.frame)])
    if not len(bounds):
        return None
    (west, south), (east, north) = bounds[:, :2].min(axis=0).tolist(), bounds[:, 2:].max(axis=0).tolist()
    return read_heights(folder, path, layers.crs, (west, south, east, north))


def stopping(found: Examined, plan: Plan) -> list[Problem]:
    """Return everything about these layers that stops a run, in the plan's order."""
    from layers.quarantine import over_limits

    problems: list[Problem] = []
    for name in plan.layers:
        problems += found.refused.get(name, ())
        if name in found.checked and name not in found.refused:
            problems += over_limits(found.checked[name], plan.settings)
    return problems


def examined(plan: Plan, *, meanwhile: Callable[[], None] | None = None, shelf: Shelf | None = None) -> Examined:
    """Return whatever can be read of the plan's layers; raises PlanError where no CRS can be found for the run."""
    from layers.crs import name_of

    refused: dict[str, tuple[Problem, ...]] = {}
    placed = _each(_read(plan, refused, meanwhile, shelf), lambda _, item: _placed(item, shelf), refused)
    for name, problem in _lonlat_swapped(placed).items():
        refused[name] = (problem,)
        del placed[name]
    run = _run_crs(plan, placed)
    moved = _each(placed, lambda _, layer: _projected(layer, run), refused)
    units = [item.checked for item in moved.values() if item.checked.request.schema.kind == "units"]
    layers = _each(moved, lambda _, layer: _finished(layer, units, run), refused)
    for name, problem in _elsewhere(layers).items():
        refused[name] = (problem,)
        del layers[name]
    checked = {name: item.checked for name, item in moved.items()}
    return Examined(Layers(_apart(layers, refused), name_of(run)), refused, checked)


def _each(
    given: Mapping[str, Given], make: Callable[[str, Given], Made], refused: dict[str, tuple[Problem, ...]]
) -> dict[str, Made]:
    """Return what `make` makes of each; the faults of those that fail go to `refused`."""
    made: dict[str, Made] = {}
    for name, item in given.items():
        try:
            made[name] = make(name, item)
        except InputError as error:
            refused[name] = error.problems
        except _library_errors() as error:
            what = say("readers.library", cause=f"{type(error).__name__}: {error}"[:200])
            refused[name] = (Problem(name, what, say("readers.unreadable_fix")),)
    return made


def _library_errors() -> tuple[type[Exception], ...]:
    """What libraries raise over cells and shapes that were read but cannot be worked with; our own faults are not here."""
    from pyarrow import ArrowException
    from pyproj.exceptions import ProjError
    from shapely.errors import ShapelyError

    return ArrowException, ProjError, ShapelyError, UnicodeError, MemoryError


def _read(
    plan: Plan,
    refused: dict[str, tuple[Problem, ...]],
    meanwhile: Callable[[], None] | None,
    shelf: Shelf | None,
) -> dict[str, Checked | tuple[Request, Raw]]:
    """Return what each layer asked for and the rows of its file, or those rows checked where they are on the shelf."""
    from layers.readers.confined import read_apart
    from layers.readers.formats import prepare, read_raw

    asked = _each(plan.layers, lambda name, spec: _request(plan, name, spec), refused)
    in_files = [request for request in asked.values() if not is_database(request.spec.path)]
    shelved = {} if shelf is None else {request.name: shelf.find(request) for request in in_files}
    known = {name: checked for name, checked in shelved.items() if checked is not None}
    in_files = [request for request in in_files if request.name not in known]
    prepare(in_files)
    answers = read_apart(in_files, read_raw, meanwhile=meanwhile)
    answers |= {name: _from_database(asked[name]) for name in asked if name not in answers and name not in known}
    for name, answer in answers.items():
        if isinstance(answer, LayerError):
            refused[name] = answer.problems
    raws = {name: answer for name, answer in answers.items() if not isinstance(answer, LayerError)}
    return {
        name: known.get(name) or (request, raws[name]) for name, request in asked.items() if name in {*raws, *known}
    }


def _from_database(request: Request) -> Raw | LayerError:
    from layers.readers.postgis import read

    try:
        return read(request)
    except LayerError as error:
        return error


def _request(plan: Plan, name: str, spec: LayerSpec) -> Request:
    from layers.readers.files import checked_path
    from layers.spelling import nearest

    if spec.kind not in KINDS:
        what = say("readers.unknown_kind", kind=spec.kind)
        raise LayerError([Problem(name, what, nearest(spec.kind, KINDS))])
    where = say("readers.layer", layer=name, file=spec.path)
    path = plan.folder if is_database(spec.path) else checked_path(plan.folder, spec.path, where)
    return Request(name, spec, KINDS[spec.kind], path)


def _placed(read: Checked | tuple[Request, Raw], shelf: Shelf | None) -> _Placed:
    """Check one layer's rows unless that was done before, and settle which system its coordinates are in."""
    import numpy as np

    from layers.crs import declared, middles, misplaced

    checked = read if not isinstance(read, tuple) else _checked(*read, shelf)
    request, digest = checked.request, checked.raw.sha256
    if checked.geometry is None:
        return _Placed(checked, None, np.zeros((0, 2)), digest)
    system = declared(checked.raw, request.spec.crs, request.where, middles(checked.geometry[checked.meant]))
    checked = checked.adding(misplaced(system, _only(checked.geometry, checked.meant), request.where))
    middle = middles(_only(checked.geometry, checked.good))
    return _Placed(checked, system, system.lonlat(middle) if len(middle) else middle, digest)


def _checked(request: Request, raw: Raw, shelf: Shelf | None) -> Checked:
    """Check one layer's rows, with the hash of where they come from, and note them for the shelf."""
    from layers.checks import checked_rows
    from layers.readers.files import sha256
    from layers.readers.shapefile import parts_beside

    digest = raw.sha256 or (shelf.digest(request) if shelf else "") or sha256(parts_beside(request.path))
    checked = checked_rows(replace(raw, sha256=digest), request)
    if shelf:
        shelf.remember(checked)
    return checked


def _only(geometry: Geometries | None, kept: NDArray[np.bool_]) -> Geometries:
    """Return the geometries with None where they are not kept."""
    import numpy as np

    result = np.full(len(kept), None, dtype=object)
    if geometry is not None:
        result[kept] = geometry[kept]
    return result


def _lonlat_swapped(placed: Mapping[str, _Placed]) -> dict[str, Problem]:
    from layers.crs import swapped_layers

    there = [(name, item) for name, item in placed.items() if len(item.lonlat)]
    there.sort(key=lambda pair: pair[1].checked.request.schema.kind != "units")
    centres = {name: (item.checked.request.where, item.lonlat.mean(axis=0)) for name, item in there}
    return swapped_layers(centres)


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


def _finished(layer: _Placed, units: list[Checked], run: pyproj.CRS) -> Layer:
    from layers.checks import finished
    from layers.unitnames import with_unit_ids

    return finished(
        with_unit_ids(layer.checked, units),
        run if layer.checked.request.schema.shape != "none" else None,
        crs_name=layer.system.name if layer.system else "",
        sha256=layer.sha256,
    )


def _elsewhere(layers: Mapping[str, Layer]) -> dict[str, Problem]:
    """Return a problem for each layer that lies, all of it, so far from the villages that its CRS must be wrong."""
    import numpy as np

    boxes = {name: layer.frame.total_bounds for name, layer in layers.items() if "geometry" in layer.frame}
    units = [boxes[name] for name, layer in layers.items() if layer.kind == "units" and name in boxes]
    units = [box for box in units if np.isfinite(box).all()]
    if not units:
        return {}
    (west, south), (east, north) = np.min(units, axis=0)[:2].tolist(), np.max(units, axis=0)[2:].tolist()
    found = {}
    for name, (left, low, right, high) in boxes.items():
        apart_m = max(left - east, west - right, low - north, south - high)
        if layers[name].kind != "units" and apart_m > ELSEWHERE_M:
            what = say("readers.elsewhere", km=int(apart_m // 1000))
            where = say("readers.layer", layer=name, file=layers[name].source.path)
            found[name] = Problem(where, what, say("readers.elsewhere_fix"))
    return found


def _apart(layers: Mapping[str, Layer], refused: dict[str, tuple[Problem, ...]]) -> dict[str, Layer]:
    """Return the layers with ids that no other layer of their kind has, since a rule may judge several together.

    An id that an earlier layer of the kind has already is written `layer:id`. Units cannot be told apart like that,
    because others refer to them: the later of two layers of units that have a unit in common is refused.
    """
    result: dict[str, Layer] = {}
    for name, layer in layers.items():
        clash = _among(layer.frame.index, [other.frame.index for other in result.values() if other.kind == layer.kind])
        if clash.any() and layer.kind == "units":
            what = say("readers.unit_twice", id=str(layer.frame.index[clash][0]), count=int(clash.sum()))
            refused[name] = (Problem(name, what, say("readers.unit_twice_fix")),)
            continue
        if clash.any():
            ids = layer.frame.index.where(~clash, name + ":" + layer.frame.index)
            frame = layer.frame.set_axis(ids, axis=0).rename_axis("id")
            order = frame.index.argsort(kind="stable")
            rows = None if layer.rows is None else layer.rows[order]
            layer = replace(layer, frame=frame.iloc[order], rows=rows)
        result[name] = layer
    return result


def _among(ids: pd.Index, others: list[pd.Index]) -> NDArray[np.bool_]:
    """Return which of these ids are among the others, by Arrow: pandas looks at every one in Python."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    found = np.zeros(len(ids), dtype=bool)
    for other in others:
        known = pc.is_in(pa.array(ids.array, pa.large_string()), value_set=pa.array(other.array, pa.large_string()))
        found |= known.to_numpy(zero_copy_only=False)
    return found
