"""Rows packed into bytes and taken out again by somebody who does not trust them: tables, texts and numbers, nothing that acts."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Flat = Geometries | tuple[NDArray[np.float64], NDArray[np.intp] | None]

# All that a pack may be made of, by the package it comes from (libraries move their classes about inside); whoever
# made one up could send these and nothing that acts.
_ALLOWED = {
    "layers": {"Raw", "Fault", "Text", "Problem"},
    "builtins": {"slice", "set", "frozenset", "bytearray", "complex"},
    "_codecs": {"encode"},
    "datetime": {"datetime", "date", "time", "timedelta", "timezone"},
    "decimal": {"Decimal"},
    "numpy": {"ndarray", "dtype", "_reconstruct", "scalar", "_frombuffer"},
    "pyarrow": {"chunked_array", "_restore_array", "type_for_alias", "py_buffer", "DataType"},
    "pandas": {
        *("DataFrame", "Index", "RangeIndex", "_new_Index", "BlockManager", "_unpickle_block"),
        *("StringDtype", "DatetimeTZDtype", "ArrowDtype", "__pyx_unpickle_NDArrayBacked", "_NA", "NAType"),
        *("ArrowStringArray", "ArrowStringArrayNumpySemantics", "ArrowExtensionArray"),
        *("StringArray", "StringArrayNumpySemantics", "BooleanArray", "IntegerArray", "FloatingArray", "DatetimeArray"),
        *("_nat_unpickle", "Timestamp", "_unpickle_timestamp", "Timedelta", "_timedelta_unpickle"),
        *("Int8Dtype", "Int16Dtype", "Int32Dtype", "Int64Dtype", "UInt8Dtype", "UInt16Dtype", "UInt32Dtype"),
        *("UInt64Dtype", "Float32Dtype", "Float64Dtype", "BooleanDtype"),
    },
}


def pack(content: object, geometry: Geometries | None) -> bytes:
    """Return content, and the shapes that belong to it, as bytes."""
    return pickle.dumps((content, None if geometry is None else _flat(geometry)), protocol=5)


def unpack(body: bytes) -> tuple[Any, Geometries | None]:
    """Return what was packed; raises UnpicklingError for what no pack may hold, and anything for what is damaged."""
    content, shapes = _Careful(io.BytesIO(body)).load()
    return content, None if shapes is None else _shaped(shapes)


class _Careful(pickle.Unpickler):
    """Builds tables, texts and numbers, and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what an answer may be made of; raises UnpicklingError for anything else."""
        if name not in _ALLOWED.get(module.partition(".")[0], ()):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def _flat(geometry: Geometries) -> Flat:
    """Return shapes as arrays: coordinates and whose they are where all are whole points or all whole lines, else WKB.

    Millions of shapes take a tenth of the time as arrays that they take one by one.
    """
    import numpy as np
    import shapely

    kinds = np.unique(shapely.get_type_id(geometry))
    if len(kinds) == 1 and kinds[0] in (0, 1) and not (shapely.is_empty(geometry) | shapely.has_m(geometry)).any():
        has_z = shapely.has_z(geometry)
        coordinates, whose = shapely.get_coordinates(geometry, include_z=bool(has_z.any()), return_index=True)
        if has_z.all() == has_z.any() and np.isfinite(coordinates).all():
            return coordinates, None if kinds[0] == 0 else whose
    return shapely.to_wkb(geometry, output_dimension=4)  # type: ignore[no-any-return]


def _shaped(shapes: Flat) -> Geometries:
    import numpy as np
    import shapely

    if isinstance(shapes, tuple):
        coordinates, whose = shapes
        whole = shapely.points(coordinates) if whose is None else shapely.linestrings(coordinates, indices=whose)
        return np.asarray(whole, dtype=object)
    with np.errstate(invalid="ignore"):  # a coordinate that is NaN is reported with its row, later
        return shapely.from_wkb(shapes, on_invalid="ignore")  # type: ignore[no-any-return]
