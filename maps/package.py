"""result.gpkg: everything on the map as one GeoPackage that QGIS opens styled; the same bytes for the same assessment."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.text import Language, say, spoken
from maps.kept import keep_edits, keep_gaps
from maps.page.scorecard import NOT_JUDGED, unit_rows
from maps.qml import SHADES, Categories, qml
from maps.tables import SEPARATOR, spots
from maps.totals import by_village
from maps.wording import action_word, all_shown, reason_sentence, shown, status_word, unit_word

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from geo.assessment import Assessment, Judged
    from geo.coverage import Coverage

    Geometries = NDArray[np.object_]

# GDAL stamps the day of writing into the file unless told another; old QGIS and ArcGIS warn at 1.4 (ECOSYSTEM 6).
_DAY = "2000-01-01T00:00:00.000Z"
_GPKG_VERSION = "1.3"

_STYLES = """CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""
_STYLE_COLUMNS = "f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD"
_LISTED = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) VALUES (?, ?, ?, ?, ?)"
)

# OGC's names of the geometry types, by shapely's numbers; a ring standing alone is a line.
_TYPES = (
    "Point",
    "LineString",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)


@dataclass(frozen=True)
class Head:
    """What one layer of the package is called, in the file and by QGIS, how many rows it has, and how it is coloured."""

    table: str
    title: str
    count: int
    shape: str  # the OGC name of the geometry type, "Unknown" where rows differ
    style: Categories


@dataclass(frozen=True)
class Sheet:
    """One layer of the package: its rows with their geometry."""

    head: Head
    rows: pd.DataFrame
    geometry: Geometries


def write_package(assessment: Assessment, path: Path, language: Language) -> None:
    """Write the package to a path where nothing is yet; raises as `begin_package` does."""
    begin_package(assessment, path, language)
    finish_package(assessment, path, language)


def begin_package(judged: Judged, path: Path, language: Language) -> None:
    """Write all that says nothing of projects to a path where nothing is yet.

    Raises OSError if it cannot be written whole: the rows of every layer are counted again in the file itself.
    """
    with _troubles(path):
        others = chain(_places(judged, language), _gaps(judged, language))
        _add(chain([_villages(judged, language)], others), path, judged.world.layers.crs)
        keep_gaps(judged, path, _DAY)


def finish_package(assessment: Assessment, path: Path, language: Language) -> None:
    """Add the projects to a package that was begun; raises as `begin_package` does."""
    with _troubles(path):
        _add([_projects(assessment, language)], path, assessment.world.layers.crs)
        keep_edits(assessment, path, _DAY)


@contextmanager
def _troubles(path: Path) -> Iterator[None]:
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    try:
        yield
    except (DataLayerError, DataSourceError, FeatureError, sqlite3.Error) as error:
        raise OSError(f"{path.name}: {error}") from error


def _add(sheets: Iterable[Sheet], path: Path, crs: str) -> None:
    """Add layers to the package, one at a time, with their styles, and count their rows again."""
    with _fixed_day():
        known = _crs(crs)
        heads = [_write(sheet, path, known) for sheet in sheets]
    _add_styles(path, heads)
    _count_again(path, heads)


def _villages(judged: Judged, language: Language) -> Sheet:
    (cards, counted), units = by_village(judged), unit_rows(judged)
    frame = counted.rename_axis("unit_id").reset_index()
    frame["status"] = np.select([frame["rules_short"] > 0, frame["rules_unknown"] > 0], ["short", "unknown"], "met")
    steps = _steps(int(frame["rules_short"].max()) if len(frame) else 0)
    step = np.searchsorted([last for _, last in steps], frame["rules_short"].to_numpy(int))
    frame["shade"] = np.where(frame["status"] == "short", np.array([f"short_{i + 1}" for i in step]), frame["status"])
    taken = set(frame.columns)
    for rule_id, card in cards.items():
        column = _distinct(f"status_{rule_id}", taken)
        frame[column] = card["state"].where(card["state"] != NOT_JUDGED, None).to_numpy(object)
    title = say("report.gpkg_villages").in_(language)
    words = {f"short_{i + 1}": (_steps_word(*ends, language), f"short_{i + 1}") for i, ends in enumerate(steps)}
    words |= {key: (status_word(key, language), key) for key in ("met", "unknown")}
    style = Categories("shade", words, label="name")
    return _sheet("villages", title, frame, units["geometry"].to_numpy(object), style)


def _steps(most: int) -> list[tuple[int, int]]:
    """Return from how many to how many rules short each shade of a village stands for, as the map page has them.

    In equal steps up to `most`, what the village short of most rules is short of.
    """
    numbers = np.arange(1, max(most, 1) + 1)
    shade = np.minimum(SHADES - 1, (SHADES * (numbers - 0.5) / max(most, 1)).astype(int))
    return [(int(some.min()), int(some.max())) for i in range(SHADES) if len(some := numbers[shade == i])]


def _steps_word(first: int, last: int, language: Language) -> str:
    key = "report.gpkg_short_one" if first == last else "report.gpkg_short_some"
    return say(key, first=first, last=last).in_(language)


def _places(judged: Judged, language: Language) -> Iterator[Sheet]:
    tables = place_layers(list(judged.coverages))
    for rule_id, coverage in judged.coverages.items():
        table = tables[rule_id]
        title = say("report.gpkg_places", title=f"{coverage.rule.marked(language)} ({rule_id})")
        rows, geometry = _place_rows(coverage, language), coverage.frame.geometry.to_numpy()
        yield _sheet(table, title.in_(language), rows, np.asarray(geometry, object), _statuses(language))


def place_layers(rule_ids: Sequence[str]) -> dict[str, str]:
    """Return the layer in which the places of each rule are, in the order of the plan's rules."""
    taken: set[str] = set()
    return {rule_id: _distinct(f"places_{rule_id}", taken) for rule_id in rule_ids}


def _place_rows(coverage: Coverage, language: Language) -> pd.DataFrame:
    frame = pd.DataFrame(coverage.frame)
    amounts = {name: frame[name].to_numpy(float) for name in ("supplied", "shortfall")}
    codes, reasons = pd.factorize(frame["reason"])  # no reason is code -1, the last of the sentences
    sentences = np.array([*(reason_sentence(str(code), language) for code in reasons), ""], dtype=object)
    reason = sentences[codes]
    # SQLite keeps infinity, most readers of it do not: unreachable is said in words and left blank as a number.
    reason[np.isinf(amounts["supplied"]) & (sentences == "")[codes]] = say("tables.unreachable").in_(language)
    own = {name: np.where(np.isfinite(amount), amount, np.nan) for name, amount in amounts.items()}
    own |= {"place_id": frame.index, "status": frame["status"].astype(str), "reason": reason}
    own["unit"] = np.full(len(frame), unit_word(coverage.measured.unit, language), dtype=object)
    columns = "place_id name unit_id required supplied shortfall unit status people people_short reason borderline"
    return pd.DataFrame({name: own.get(name, frame.get(name)) for name in columns.split()}, index=frame.index)


def _gaps(judged: Judged, language: Language) -> Iterator[Sheet]:
    rows = [
        {
            "gap_id": gap.id,
            "rule_id": gap.rule_id,
            "severity": gap.severity,
            "mark": judged.coverages[gap.rule_id].rule.norm.mark,
            "unit_id": gap.unit_id,
            "name": gap.name,
            "amount": gap.amount,
            "unit": unit_word(gap.unit, language),
            "people": gap.people,
            "reason": spoken(gap.reason, language),
        }
        for gap in judged.gaps
    ]
    columns = ["gap_id", "rule_id", "severity", "mark", "unit_id", "name", "amount", "unit", "people", "reason"]
    geometry = np.empty(len(rows), dtype=object)
    geometry[:] = [gap.geometry for gap in judged.gaps]
    numbers = {"amount": float, "people": float}
    frame = pd.DataFrame(rows, columns=columns).astype(numbers)
    along = np.isin(shapely.get_type_id(geometry), [1, 5])
    every, lines = say("report.gpkg_gaps").in_(language), say("report.gpkg_dark_stretches").in_(language)
    severities = Categories("severity", {key: (say(f"tables.severity_{key}").in_(language), key) for key in "ABC"})
    yield _sheet("gaps", every, frame, spots(geometry), severities, shape="Point")
    yield _sheet("dark_stretches", lines, frame[along], geometry[along], severities, shape="MultiLineString")


def _projects(assessment: Assessment, language: Language) -> Sheet:
    rows = []
    for row in assessment.ranked:
        project = row.project
        ids = {"rule_ids": SEPARATOR.join(project.rule_ids), "gap_ids": SEPARATOR.join(project.gap_ids)}
        what = {"name": spoken(project.name, language), "action": action_word(project.action, language)}
        cost = {"cost_low": project.cost_low, "cost": project.cost_mid, "cost_high": project.cost_high}
        worth = {"people_served": row.people_served, "cumulative_cost": row.cumulative_cost}
        amount = {"amount": project.amount, "unit": unit_word(project.unit, language), "unit_id": project.unit_id}
        line = {"status": "in_budget" if row.in_budget else "below_line", "why": spoken(row.why, language)}
        rows.append({"rank": row.rank, "project_id": project.id, **what, **amount, **cost, **worth, **ids, **line})
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["rank", "project_id", "name", "status"])
    places = spots([row.project.geometry for row in assessment.ranked])
    labels = {key: (say(f"report.gpkg_{key}").in_(language), key) for key in ("in_budget", "below_line")}
    style = Categories("status", labels, label="rank")
    return _sheet("projects", say("report.gpkg_projects").in_(language), frame, places, style, shape="Point")


def _statuses(language: Language) -> Categories:
    return Categories("status", {key: (status_word(key, language), key) for key in ("met", "short", "unknown")})


def _sheet(
    table: str, title: str, frame: pd.DataFrame, geometry: Geometries, style: Categories, *, shape: str = ""
) -> Sheet:
    rows = pd.DataFrame({name: _shown(column) for name, column in frame.items()}, index=frame.index)
    return Sheet(Head(table, shown(title), len(rows), shape or _shape(geometry), style), rows, geometry)


def _shown(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    return column if all_shown(column) else column.astype(object).map(shown, na_action="ignore")


def _shape(geometry: Geometries) -> str:
    """Return the one geometry type that holds every row, many-part where some are, "Unknown" if there is none."""
    types = sorted({_TYPES[number] for number in np.unique(shapely.get_type_id(geometry)).tolist() if number >= 0})
    if not types:
        return "Unknown"
    plain = {name.removeprefix("Multi") for name in types}
    return "Unknown" if len(plain) > 1 else types[0] if len(types) == 1 else f"Multi{plain.pop()}"


def _distinct(wanted: str, taken: set[str]) -> str:
    """Return a name of letters, digits, _ and - that is not taken: SQLite does not tell A from a."""
    name = base = re.sub(r"[^\w-]", "_", wanted)
    number = 2
    while name.lower() in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name.lower())
    return name


@contextmanager
def _fixed_day() -> Iterator[None]:
    import pyogrio

    options = ("OGR_CURRENT_DATE", "OGR_SQLITE_SYNCHRONOUS", "OGR_SQLITE_JOURNAL")
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    # The file is new and pushed to the disk as a whole afterwards: SQLite need not do so after every layer.
    pyogrio.set_gdal_config_options(dict(zip(options, (_DAY, "OFF", "OFF"), strict=True)))
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _crs(crs: str) -> str:
    """Return a CRS as GDAL understands it: by its EPSG code if it has one."""
    import pyproj

    known = pyproj.CRS.from_user_input(crs)
    code = known.to_epsg()
    return f"EPSG:{code}" if code else str(known.to_wkt("WKT1_GDAL"))


def _write(sheet: Sheet, path: Path, crs: str) -> Head:
    """Add a layer to the package and return its head, without the detour by a GeoDataFrame, which takes as long as GDAL itself."""
    import pyarrow as pa
    import pyogrio

    head = sheet.head
    columns = {name: _array(column) for name, column in sheet.rows.items()}
    columns["geometry"] = pa.array(shapely.to_wkb(_as_many(sheet.geometry, head.shape)), pa.binary())
    pyogrio.write_arrow(
        pa.table(columns),
        str(path),
        layer=head.table,
        driver="GPKG",
        append=False,
        geometry_name="geometry",
        geometry_type=head.shape,
        crs=crs,
        dataset_options={"VERSION": _GPKG_VERSION},
        layer_options={"DESCRIPTION": head.title, "GEOMETRY_NAME": "geom", "FID": "fid"},
    )
    return head


def _array(column: pd.Series) -> pa.Array:
    import pyarrow as pa

    array = pa.array(column, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array


def _as_many(geometry: Geometries, shape: str) -> Geometries:
    """Return the geometries with single parts as many-part ones of one part where the layer's type asks for that."""
    collect = {
        "MultiPoint": shapely.multipoints,
        "MultiLineString": shapely.multilinestrings,
        "MultiPolygon": shapely.multipolygons,
    }
    if shape not in collect:
        return geometry
    single = shapely.get_type_id(geometry) == _TYPES.index(shape.removeprefix("Multi"))
    result = geometry.copy()
    result[single] = collect[shape](geometry[single][:, None], axis=1) if single.any() else []
    return result


def _add_styles(path: Path, heads: Sequence[Head]) -> None:
    """Add the table in which QGIS keeps styles, each as the default of its layer."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA synchronous = OFF")  # as above
        if not file.execute("SELECT name FROM sqlite_master WHERE name = 'layer_styles'").fetchone():
            file.execute(_STYLES)
            file.execute(_LISTED, ("layer_styles", "attributes", "layer_styles", "", _DAY))
        for head in heads:
            values = (
                "",
                "",
                head.table,
                "geom",
                "coverplan",
                qml(head.style, head.shape),
                "",
                head.title,
                "",
                _DAY,
            )
            file.execute(
                f"INSERT INTO layer_styles ({_STYLE_COLUMNS}, useAsDefault, description, owner, update_time) "  # noqa: S608
                "VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)",
                values,
            )


def _count_again(path: Path, heads: Sequence[Head]) -> None:
    with closing(sqlite3.connect(path)) as file:
        for head in heads:
            quoted = head.table.replace('"', '""')
            (count,) = file.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608 (our own table name)
            if count != head.count:
                raise OSError(f"{path.name}: {head.table} has {count} rows on disk, {head.count} were written")
