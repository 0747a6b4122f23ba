"""Drawings (DXF): what stands on one layer of the drawing, points, lines, blocks and text labels, as rows.

GDAL reads the shapes; the entities are counted apart, from the group codes of the file itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from layers.decoding import decoded
from layers.readers.files import refuse_larger
from layers.readers.gdal import rows_of
from layers.readers.geopackage import chosen
from layers.readers.raw import WHOLE_FILE, Fault, Raw, Request
from layers.text import say

MAX_BYTES = 256 * 1024**2
# What GDAL's driver makes a row of (its documentation, "DXF: supported elements"); whatever else is drawn is named in a note.
_READ = frozenset(
    [
        "3DFACE",
        "ARC",
        "CIRCLE",
        "DIMENSION",
        "ELLIPSE",
        "HATCH",
        "INSERT",
        "LEADER",
        "LINE",
        "LWPOLYLINE",
        "MLINE",
        "MTEXT",
        "POINT",
        "POLYLINE",
        "SOLID",
        "SPLINE",
        "TEXT",
    ]
)
_PARTS = frozenset(("VERTEX", "SEQEND", "ATTRIB"))  # of the polyline or block before them
_TYPE, _LAYER, _PAPER, _NAME = "0", "8", "67", "2"  # group codes
_SAYS_NOTHING = ["PaperSpace", "SubClasses", "Linetype", "ExtendedEntity", "RawCodeValues"]


@dataclass(frozen=True)
class Entity:
    """One thing drawn in model space: what it is and the layer of the drawing it is on."""

    type: str
    layer: str


def read(request: Request) -> Raw:
    """Return what stands on the layer of the drawing that the plan names, or on the only one.

    A block is a row at its insertion point, with BlockName; a label is a row at its place, with its words in Text. A
    drawing states no coordinate system, so the plan must. Raises LayerError if the drawing has several layers and the
    plan names none.
    """
    refuse_larger(request.path, MAX_BYTES, request.where)
    text, encoding = decoded(request.path.read_bytes())
    drawn = entities(text)
    table = chosen(request, sorted({entity.layer for entity in drawn if entity.type in _READ}))
    here = [entity for entity in drawn if entity.layer == table]
    options = {"DXF_ENCODING": "UTF-8" if encoding.startswith("utf-8") else "CP936", "DXF_INLINE_BLOCKS": "FALSE"}
    frame, geometry, _ = rows_of(request.path, driver="DXF", table="entities", options=options)
    in_model = ~frame["PaperSpace"].fillna(False).to_numpy(bool)
    wanted = np.flatnonzero((frame["Layer"] == table).to_numpy(bool) & in_model)
    kept = frame.drop(columns=[name for name in _SAYS_NOTHING if name in frame]).iloc[wanted].reset_index(drop=True)
    count = sum(entity.type in _READ for entity in here)
    return Raw(
        kept,
        None if geometry is None else geometry[wanted],
        wanted + 1,
        count,
        "dxf",
        table,
        encoding,
        faults=_left(here),
    )


def entities(text: str) -> list[Entity]:
    """Return everything drawn in model space, in the drawing's order; raises ValueError if the pairs are broken.

    A drawing is pairs of lines, a group code and a value; an entity begins at code 0.
    """
    lines = text.splitlines()
    codes = [line.strip() for line in lines[0::2]]
    values = [line.strip() for line in lines[1::2]]
    found: list[Entity] = []
    section = ""
    starts = [i for i, code in enumerate(codes) if code == _TYPE and i < len(values)]
    for i, stop in zip(starts, [*starts[1:], len(values)], strict=True):
        if values[i] == "SECTION":
            section = next((values[at] for at in range(i + 1, stop) if codes[at] == _NAME), "")
        elif section == "ENTITIES" and values[i] not in _PARTS | {"ENDSEC"}:
            said = {codes[at]: values[at] for at in range(stop - 1, i, -1)}  # the first of a code counts
            if said.get(_PAPER, "0") != "1":
                found.append(Entity(values[i], said.get(_LAYER, "0")))
        elif values[i] == "ENDSEC":
            section = ""
    return found


def _left(here: list[Entity]) -> tuple[Fault, ...]:
    """Return a note for each type of entity that is on the layer and cannot be read."""
    left = Counter(entity.type for entity in here if entity.type not in _READ)
    return tuple(
        Fault(
            WHOLE_FILE, "", name, say("readers.dxf_left", type=name, count=count), say("readers.dxf_left_fix"), "noted"
        )
        for name, count in sorted(left.items())
    )
