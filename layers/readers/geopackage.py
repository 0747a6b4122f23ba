"""GeoPackage: rows by GDAL, the list of tables and the row count by SQLite, read only and never through a view."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from layers.problems import LayerError, Problem
from layers.readers.gdal import rows_of
from layers.readers.raw import Raw, Request, numbered
from layers.text import say


def read(request: Request) -> Raw:
    """Return the rows of the table named in the plan, or of the only table there is.

    Raises LayerError if there are several tables and none is named, if the table is a view, or if another program still
    holds changes that are not in the file yet.
    """
    unsaved = request.path.with_name(request.path.name + "-wal")
    if unsaved.exists() and unsaved.stat().st_size:
        what = say("readers.gpkg_unsaved", file=unsaved.name)
        raise LayerError([Problem(request.where, what, say("readers.gpkg_unsaved_fix"))])
    with closing(_connected(request.path)) as database:
        table = chosen(request, _tables(database), _views(database))
        count = int(database.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()[0])  # noqa: S608
    frame, geometry, crs = rows_of(request.path, driver="GPKG", table=table)
    return Raw(frame, geometry, numbered(len(frame)), count, "gpkg", table, crs=crs)


def chosen(request: Request, tables: list[str], views: list[str] | None = None) -> str:
    """Return the table to read; raises LayerError listing what there is if the choice is not clear."""
    wanted = request.spec.layer
    if wanted in tables:
        return str(wanted)
    if wanted is None and len(tables) == 1:
        return tables[0]
    if wanted is None and not tables:
        raise LayerError([Problem(request.where, say("readers.no_tables"), say("readers.no_tables_fix"))])
    names = ", ".join(tables)
    if wanted is None:
        what, fix = say("readers.many_tables", names=names), say("readers.many_tables_fix", first=tables[0])
    elif views and wanted in views:
        what, fix = say("readers.view", table=wanted), say("readers.view_fix")
    else:
        what, fix = say("readers.no_such_table", table=wanted), say("readers.no_such_table_fix", names=names)
    raise LayerError([Problem(request.where, what, fix)])


def _connected(path: Path) -> sqlite3.Connection:
    """Open without locks, without a journal and without trusting the file's own SQL (RELIABILITY, row 9)."""
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA trusted_schema=OFF")
    database.execute("PRAGMA cell_size_check=ON")
    return database


def _tables(database: sqlite3.Connection) -> list[str]:
    rows = database.execute(
        "SELECT c.table_name FROM gpkg_contents c JOIN sqlite_master m ON lower(m.name) = lower(c.table_name)"
        " WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND c.data_type IN ('features', 'attributes')"
        " AND c.table_name != 'layer_styles' ORDER BY c.table_name"
    )
    return [str(row[0]) for row in rows]


def _views(database: sqlite3.Connection) -> list[str]:
    """Virtual tables are views too: what they show is worked out by a module, from wherever it likes."""
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'view' OR sql LIKE 'CREATE VIRTUAL%'")
    return [str(row[0]) for row in rows]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
