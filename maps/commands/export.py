"""`coverplan export`: the results as GeoParquet, for analysts who work in pandas, DuckDB, R or a cloud store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from layers.problems import InputError, Problem
from layers.text import Language, say
from maps.commands.results import read_result
from maps.saving import replacing
from maps.screen import table
from maps.wording import number

if TYPE_CHECKING:
    import geopandas as gpd

TABLES = ("villages", "places", "gaps", "projects")


def export(result: Path, folder: Path, asked: Language | None) -> int:
    """Write one GeoParquet file (1.1, in the run's CRS, with bounding boxes) for villages, places, gaps and projects.

    `places` has the places of all rules one under another and `gaps` points and stretches alike, each with its
    `rule_id`. The folder is replaced whole or left as it was. Raises InputError if `result` is not a folder of results,
    SaveError if the folder cannot be written.
    """
    found = read_result(result)
    language = asked or found.language
    frames = _tables(result, list(found.rules))
    with replacing(folder, [f"{name}.parquet" for name in TABLES]) as new:
        for name, frame in frames.items():
            frame.to_parquet(
                new / f"{name}.parquet",
                index=False,
                compression="zstd",
                schema_version="1.1.0",
                write_covering_bbox=True,
            )
    rows = [[str(folder / f"{name}.parquet"), number(len(frame), language)] for name, frame in frames.items()]
    print(table([say("cli.export_file").in_(language), say("cli.export_rows").in_(language)], rows, right=(1,)))
    return 0


def _tables(result: Path, rule_ids: list[str]) -> dict[str, gpd.GeoDataFrame]:
    from pyogrio.errors import DataLayerError, DataSourceError

    package = result / "result.gpkg"
    try:
        return {
            "villages": _read(package, "villages"),
            "places": _places(package, rule_ids),
            "gaps": _gaps(package),
            "projects": _read(package, "projects"),
        }
    except (DataSourceError, DataLayerError) as error:
        raise InputError([Problem(str(package), say("cli.damaged_result"), say("cli.run_again"))]) from error


def _read(package: Path, layer: str) -> gpd.GeoDataFrame:
    import pyogrio

    return pyogrio.read_dataframe(package, layer=layer, use_arrow=True)


def _places(package: Path, rule_ids: list[str]) -> gpd.GeoDataFrame:
    """Return the places of all rules, one rule under another; a plan has at least one."""
    import pandas as pd

    from maps.package import place_layers

    return pd.concat(
        [_read(package, layer).assign(rule_id=rule_id) for rule_id, layer in place_layers(rule_ids).items()],
        ignore_index=True,
    )


def _gaps(package: Path) -> gpd.GeoDataFrame:
    """Return every gap once: as the dark stretch it is, else as its point."""
    gaps, stretches = _read(package, "gaps"), _read(package, "dark_stretches")
    shape = stretches.set_index("gap_id").geometry.reindex(gaps["gap_id"]).to_numpy()
    return gaps.set_geometry(gaps.geometry.where(~gaps["gap_id"].isin(stretches["gap_id"]), shape))
