"""Tables of a PostgreSQL database: read in one snapshot, counted apart, nothing ever written.

The one reader that uses the network, and only for a layer whose path in the plan is a postgresql:// address. The password
is never in the plan: libpq takes it from PGPASSWORD or the password file (PostgreSQL documentation, "The Password File").
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from layers.problems import LayerError, Problem
from layers.readers.geopackage import chosen
from layers.readers.raw import Raw, Request, numbered
from layers.text import say

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from psycopg import Connection

CONNECT_S, STATEMENT_S = 15, 300
MAX_ROWS = 10_000_000
_AT_ONCE = 50_000
# pg_type.dat: the object numbers of the built-in types that are not simply text
_WHOLE, _FLOAT, _BOOLEAN = frozenset((20, 21, 23)), frozenset((700, 701)), 16
_TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('information_schema', 'topology', 'tiger')
      AND n.nspname NOT LIKE 'pg\\_%' AND has_table_privilege(c.oid, 'SELECT')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2"""
_COLUMNS = """
    SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
_KEY = """
    SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int[], a.attnum::int)"""


class Table(NamedTuple):
    """A table or view as SQL names it and as a plan does (without `public.`)."""

    schema: str
    name: str

    @property
    def shown(self) -> str:
        """Return the name a plan may give."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


def read(request: Request) -> Raw:
    """Return the rows of the table or view that the plan names (`layer: schema.table`), in the order of its primary key.

    Raises LayerError where the driver is not installed, the server does not answer or refuses, the choice of table is
    not clear, or the table has several geometry columns.
    """
    try:
        import psycopg
    except ImportError:
        raise LayerError([Problem(request.where, say("postgis.no_driver"), say("postgis.no_driver_fix"))]) from None
    try:
        with psycopg.connect(request.spec.path.strip(), connect_timeout=CONNECT_S) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            connection.execute(f"SET statement_timeout = '{STATEMENT_S}s'")
            return _rows(request, connection)
    except psycopg.OperationalError as error:
        what = say("postgis.unreachable", cause=_first_line(error))
        raise LayerError([Problem(request.where, what, say("postgis.unreachable_fix"))]) from None
    except psycopg.Error as error:
        what = say("postgis.failed", cause=_first_line(error))
        raise LayerError([Problem(request.where, what, say("postgis.failed_fix"))]) from None


def _rows(request: Request, connection: Connection[Any]) -> Raw:
    from psycopg import sql

    tables = {table.shown: table for table in (Table(*row) for row in connection.execute(_TABLES))}
    table = tables[chosen(request, list(tables))]
    name = sql.Identifier(*table)
    columns = connection.execute(_COLUMNS, [name.as_string(connection)]).fetchall()
    places = [column for column, kind in columns if kind in ("geometry", "geography")]
    if len(places) > 1:
        what = say("postgis.two_places", names=", ".join(places))
        raise LayerError([Problem(request.where, what, say("postgis.two_places_fix"))])
    count = int(connection.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone()[0])  # type: ignore[index]
    if count > MAX_ROWS:
        what = say("postgis.too_many", count=count, limit=MAX_ROWS)
        raise LayerError([Problem(request.where, what, say("postgis.too_many_fix"))])
    key: list[sql.Composable] = [
        sql.Identifier(row[0]) for row in connection.execute(_KEY, [name.as_string(connection)])
    ]
    picks = [_picked(column, column in places) for column, _ in columns]
    query = sql.SQL("SELECT {} FROM {} AS it ORDER BY {}").format(
        sql.SQL(", ").join(picks), name, sql.SQL(", ").join(key or [sql.SQL("it::text")])
    )
    frame, digest = _fetched(connection, query)
    geometry = None if not places else _shapes(frame.pop(places[0]))
    crs = _crs(connection, geometry)
    return Raw(frame, geometry, numbered(len(frame)), count, "postgis", table.shown, "utf-8", crs, sha256=digest)


def _picked(column: str, is_place: bool) -> Any:
    from psycopg import sql

    pick = sql.Identifier(column)
    return sql.SQL("ST_AsEWKB({}::geometry) AS {}").format(pick, pick) if is_place else pick


def _fetched(connection: Connection[Any], query: Any) -> tuple[pd.DataFrame, str]:
    """Return the rows by column and the hash of all of them, fetched a lot at a time."""
    import pandas as pd

    digest = hashlib.sha256()
    rows: list[Sequence[object]] = []
    with connection.cursor(name="coverplan") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(query)
        for row in cursor:
            digest.update(repr(row).encode())
            rows.append(row)
        described = [(column.name, column.type_code) for column in cursor.description or ()]
    by_column = zip(*rows, strict=True) if rows else [()] * len(described)
    cells = [_column(values, kind) for values, (_, kind) in zip(by_column, described, strict=True)]
    frame = pd.concat(cells, axis=1) if cells else pd.DataFrame()
    return frame.set_axis([column for column, _ in described], axis=1), digest.hexdigest()


def _column(values: Sequence[object], kind: int) -> pd.Series:
    import pandas as pd

    if kind in _WHOLE:
        return pd.Series(values, dtype="Int64")
    if kind in _FLOAT:
        return pd.Series(values, dtype="float64")
    if kind == _BOOLEAN:
        return pd.Series(values, dtype="boolean")
    return pd.Series([_plain(value) for value in values], dtype=object)


def _plain(value: object) -> object:
    """Return dates, texts and bytes as they are, and whatever else a database has (numeric, uuid, arrays) as text."""
    import datetime as dt

    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if value is None or isinstance(value, str | bytes | dt.date) else str(value)


def _shapes(ewkb: pd.Series) -> NDArray[np.object_]:
    import shapely

    return np.asarray(shapely.from_wkb(ewkb.to_numpy(object), on_invalid="ignore"), dtype=object)


def _crs(connection: Connection[Any], geometry: NDArray[np.object_] | None) -> str:
    """Return the one system that the shapes say they are in: EPSG:code, else its WKT, "" where they say none or several."""
    import shapely

    if geometry is None:
        return ""
    numbers = np.unique(shapely.get_srid(geometry[~shapely.is_missing(geometry)]))
    if len(numbers) != 1 or numbers[0] == 0:
        return ""
    about = "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = %s"
    found = connection.execute(about, [int(numbers[0])]).fetchone()
    if found is None:
        return ""
    name, code, text = found
    return f"{name}:{code}" if name == "EPSG" else str(text)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
