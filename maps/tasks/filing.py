"""One file put in place at once: whoever looks finds the old one or the new one, whole, also after a power cut."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from layers.ledger.disk import make_folder, push
from layers.problems import Problem, SaveError
from layers.text import say


def file_all(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder, which is made if need be, and return their paths; raises SaveError if one cannot be."""
    return [file_one(folder / name, content) for name, content in contents.items()]


def file_one(path: Path, content: bytes) -> Path:
    """Write a file in place of what was there and return its path; raises SaveError, with the old file still whole."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        make_folder(path.parent)
        try:
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            return put(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise refused(path, error) from error


@contextmanager
def workroom() -> Iterator[Path]:
    """Yield a folder that is gone afterwards; raises SaveError if the system has no room for one."""
    try:
        room = tempfile.TemporaryDirectory()
    except OSError as error:
        raise refused(Path(tempfile.gettempdir()), error) from error
    with room as folder:
        yield Path(folder)


def put(unfinished: Path, path: Path) -> Path:
    """Give a finished file its name, push the name to the disk, and return it; raises OSError."""
    unfinished.replace(path)
    push(path.parent)
    return path


def refused(path: Path, error: OSError) -> SaveError:
    """Return what a user is told of a file that could not be written."""
    what = say("tasks.file_not_saved", detail=error.strerror or str(error))
    return SaveError([Problem(str(path), what, say("tasks.see_file"))])
