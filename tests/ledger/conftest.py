"""Both places a ledger can be kept in: what is about the ledger and not about SQLite's file is tested in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.ledger.desks import new_ledger
from tests.postgres import needs_postgres, schema, server


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The URL of a real server on loopback."""
    with server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=needs_postgres)])
def new_place(request, tmp_path, monkeypatch) -> Callable[[], str]:
    """Return a place where there is no ledger yet, another at each call; backups of one on a server are kept here."""
    monkeypatch.chdir(tmp_path)
    if request.param == "postgres":
        url = request.getfixturevalue("database")
        return lambda: schema(url)
    names = ("tasks.sqlite", *(f"tasks{number}.sqlite" for number in range(1, 10_000)))
    left = iter(names)
    return lambda: str(tmp_path / next(left))


@pytest.fixture
def place(new_place) -> str:
    """A new ledger."""
    return new_ledger(new_place())
