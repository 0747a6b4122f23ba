"""A PostgreSQL server of the tests' own, on loopback, in a folder of its own, gone when they end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PLACES = [
    *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
    Path(shutil.which("initdb") or "/none").parent,
]
BINARIES = next((place for place in PLACES if (place / "initdb").exists()), None)
OWNER = "postgres"  # the server refuses to run as root; Debian's package makes this user

needs_postgres = pytest.mark.skipif(BINARIES is None, reason="PostgreSQL is not installed")


@contextmanager
def server() -> Iterator[str]:
    """Start a server with a superuser `coverplan` and no password on a free port of 127.0.0.1; yield its URL."""
    assert BINARIES is not None
    folder = Path(tempfile.mkdtemp(prefix="coverplan-postgres-"))
    port = _free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER, OWNER)
        as_owner = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
        data = str(folder / "data")
        trust = ["-A", "trust", "-U", "coverplan", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        _run([*as_owner, BINARIES / "initdb", "-D", data, *trust])
        options = f"-h 127.0.0.1 -p {port} -k {folder}"
        control = [*as_owner, BINARIES / "pg_ctl", "-D", data, "-w", "-t", "60"]
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"])
        try:
            yield f"postgresql://coverplan@127.0.0.1:{port}/postgres"
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def schema(url: str) -> str:
    """Return the URL of a new, empty schema in the same database."""
    import psycopg

    name = f"s{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{url.partition('?')[0]}?options=-csearch_path%3D{name}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[object]) -> None:
    done = subprocess.run([str(word) for word in command], cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
