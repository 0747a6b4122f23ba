"""An edit as plain data and back, so that what a project would change can be kept for years and made again on newer layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from layers.edit import Edit

if TYPE_CHECKING:
    import pandas as pd

    from layers.edit import Cut

Plain = dict[str, Any]

# Millimetres: finer than any survey.
_DECIMALS = 3


def plain_edits(edits: list[tuple[Edit, ...]]) -> list[list[Plain]]:
    """Return several projects' edits as plain data; a table that many edits are cut from is put into words but once."""
    said: dict[int, tuple[list[str], list[list[Any]]]] = {}
    return [
        [
            {"layer": edit.layer, "added": _cut(edit.added, said), "changed": _cut(edit.changed, said)}
            for edit in project
        ]
        for project in edits
    ]


def edit_in(plain: Mapping[str, Any], crs: str) -> Edit:
    """Return the edit that plain data stand for, its shapes taken to be in that CRS; raises ValueError if it is none."""
    try:
        return Edit(str(plain["layer"]), _frame(plain["added"], crs), _frame(plain["changed"], ""))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an edit: {error}") from error


def _cut(cut: Cut | None, said: dict[int, tuple[list[str], list[list[Any]]]]) -> Plain | None:
    if cut is None or not len(cut):
        return None
    if id(cut.table) not in said:
        said[id(cut.table)] = _in_words(cut.table)
    columns, rows = said[id(cut.table)]
    chosen = rows[cut.start : cut.stop]
    used = [i for i, _ in enumerate(columns) if i == 0 or any(row[i] is not None for row in chosen)]
    return {"columns": [columns[i] for i in used], "rows": [[row[i] for i in used] for row in chosen]}


def _in_words(table: pd.DataFrame) -> tuple[list[str], list[list[Any]]]:
    """Return the columns (id first) and the cells of a table: numbers, texts, flags, days as ISO text, shapes as WKT."""
    import shapely

    columns: dict[str, list[Any]] = {"id": [str(id_) for id_ in table.index]}
    for name in table.columns:
        cells = table[name].to_numpy(object)
        shapes = str(name) == "geometry"
        columns[str(name)] = (
            [None if cell is None else str(cell) for cell in shapely.to_wkt(cells, rounding_precision=_DECIMALS)]
            if shapes
            else [_value(cell) for cell in cells]
        )
    return list(columns), [list(row) for row in zip(*columns.values(), strict=True)]


def _value(cell: Any) -> Any:
    import pandas as pd

    if cell is None or (not isinstance(cell, (list, tuple)) and pd.isna(cell)):
        return None
    if hasattr(cell, "isoformat"):
        return cell.isoformat()
    cell = cell.item() if hasattr(cell, "item") else cell
    return cell if isinstance(cell, (bool, int, float, str)) else str(cell)


def _frame(plain: Mapping[str, Any] | None, crs: str) -> pd.DataFrame | None:
    import geopandas as gpd
    import pandas as pd
    import shapely

    if plain is None:
        return None
    columns, rows = list(plain["columns"]), [list(row) for row in plain["rows"]]
    if columns[0] != "id" or any(len(row) != len(columns) for row in rows):
        raise ValueError("not an edit: its rows do not fit its columns")
    frame = pd.DataFrame(rows, columns=columns, dtype=object).set_index("id")
    if "geometry" not in frame:
        return frame.infer_objects()
    shapes = shapely.from_wkt(frame.pop("geometry").to_numpy(object))
    return gpd.GeoDataFrame(frame.infer_objects(), geometry=shapes, crs=crs or None)
