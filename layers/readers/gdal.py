"""The one place where GDAL opens a file: by a path whose first bytes were checked, one table, one expected driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


class WrongDriverError(ValueError):
    """GDAL took the file for something other than what its first bytes say."""


class CurvesError(ValueError):
    """The table holds arcs, which none of the libraries further on can measure."""


def rows_of(
    path: Path, *, driver: str, table: str | None = None, options: dict[str, str] | None = None
) -> tuple[pd.DataFrame, NDArray[np.object_] | None, str]:
    """Return attributes, geometries and CRS ("" if none) of one table.

    `options` are GDAL's, set while this table is read. Whole numbers stay whole beside blanks (nullable integers), so that an id never becomes 12.0.
    Raises WrongDriverError, CurvesError, and whatever pyogrio and pyarrow raise.
    """
    import pyogrio
    import shapely

    with _set(options or {}):
        found = pyogrio.read_info(path, layer=table)["driver"]
        if found != driver:
            raise WrongDriverError(f"{found} instead of {driver}")
        meta, arrow = pyogrio.read_arrow(path, layer=table)
    arrow.validate(full=True)  # bytes that are not UTF-8 must fail here, not wherever they are first looked at
    name = meta["geometry_name"] or "wkb_geometry"
    if name not in arrow.column_names:
        return _frame(arrow), None, _crs(meta["crs"])
    wkb = arrow.column(name).to_numpy(zero_copy_only=False)
    try:
        geometry = shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError as error:
        raise CurvesError(str(error)) from error
    return _frame(arrow.drop_columns([name])), geometry, _crs(meta["crs"])


@contextmanager
def _set(options: dict[str, str]) -> Iterator[None]:
    import pyogrio

    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def tables_of(path: Path, *, driver: str) -> list[str]:
    """Return the names of the tables GDAL finds in the file; raises WrongDriverError if it takes it for another format."""
    import pyogrio

    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    found = pyogrio.read_info(path, layer=names[0])["driver"] if names else driver
    if found != driver:
        raise WrongDriverError(f"{found} instead of {driver}")
    return names


def _frame(arrow: object) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    whole = {pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()}

    def mapped(kind: object) -> object:
        if kind in whole:
            return pd.Int64Dtype()
        if kind == pa.bool_():
            return pd.BooleanDtype()
        return pd.StringDtype(na_value=np.nan) if kind in (pa.string(), pa.large_string()) else None

    return arrow.to_pandas(types_mapper=mapped, date_as_object=True)  # type: ignore[attr-defined]


def _crs(stated: str | None) -> str:
    """GDAL names what a file leaves undefined "Undefined ..." or "Unknown ..."; that is no CRS."""
    if not stated or "Undefined" in stated[:60] or "Unknown" in stated[:60] or '"unnamed"' in stated[:60]:
        return ""
    return stated
