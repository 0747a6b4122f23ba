"""The tasks as a GeoPackage for QGIS: a point for each, and the ground its gaps lie on. A copy to look at, not to edit."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from layers.ledger.lights import light
from layers.problems import SaveError
from layers.text import Language
from maps.tasks.filing import refused, workroom
from maps.tasks.rows import cells
from maps.tasks.tracked import in_crs

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.ledger.task import State, Task

_DEGREES = "EPSG:4326"
_VERSION = "1.3"
_DAY = "2000-01-01T00:00:00.000Z"


def geopackage(state: State, today: dt.date, language: Language) -> bytes:
    """Return the package, in degrees (WGS 84): layers `tasks` (points) and `task_gaps`; the same bytes for the same ledger."""
    import pyogrio

    tasks = list(in_crs(state, _DEGREES).tasks.values())
    layers = {"tasks": _points(tasks, today, language), "task_gaps": _grounds(tasks, today, language)}
    with workroom() as folder:
        path = folder / "tasks.gpkg"
        before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DAY})
        try:
            for name, frame in layers.items():
                shape = "Point" if name == "tasks" else "Unknown"
                pyogrio.write_dataframe(
                    frame, path, layer=name, driver="GPKG", geometry_type=shape, dataset_options={"VERSION": _VERSION}
                )
        except pyogrio.errors.DataSourceError as error:
            raise _not_written(path, error) from error
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
        return path.read_bytes()


def _points(tasks: list[Task], today: dt.date, language: Language) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    rows = [_row(task, today, language) for task in tasks]
    spots = [shapely.Point(task.lonlat) if task.lonlat else None for task in tasks]
    return gpd.GeoDataFrame(rows, geometry=spots, crs=_DEGREES) if rows else _empty()


def _grounds(tasks: list[Task], today: dt.date, language: Language) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    pairs = [(task, gap) for task in tasks for gap in task.gaps]
    rows = [{**_row(task, today, language), "gap_id": gap.id, "rule_id": gap.rule_id} for task, gap in pairs]
    return (
        gpd.GeoDataFrame(rows, geometry=[shapely.from_wkt(gap.shape) for _, gap in pairs], crs=_DEGREES)
        if rows
        else _empty()
    )


def _row(task: Task, today: dt.date, language: Language) -> dict[str, object]:
    row = {
        name: str(value) if isinstance(value, dt.date) else value
        for name, value in cells(task, today, language).items()
    }
    return {**row, "state_code": task.state, "light_code": light(task, today)}


def _empty() -> gpd.GeoDataFrame:
    import geopandas as gpd

    return gpd.GeoDataFrame({"id": []}, geometry=[], crs=_DEGREES)


def _not_written(path: Path, error: Exception) -> SaveError:
    return refused(path, OSError(str(error)))
