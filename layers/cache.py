"""Layers as they were last read and checked, kept by what they were made from: the same file is not read twice.

An entry is named after the SHA-256 of everything that decides what it holds: the bytes of the file, the plan's entry, the
kind of layer, this code and the libraries under it. So it is never out of date, only unused. An entry that is damaged, or
that holds anything but tables, texts and numbers, is none. Only a folder of the user's own, which nobody else may write,
is used; a folder that cannot be is done without.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import secrets
import stat
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from layers.checked import Checked
from layers.readers.files import sha256
from layers.readers.packed import pack, unpack
from layers.readers.shapefile import parts_beside

if TYPE_CHECKING:
    from layers.readers.raw import Request

MOST_BYTES = 2 * 1024**3
# One that would push out most of the others is read anew each time.
_MOST_OF_ONE = MOST_BYTES // 4
_ENDING = ".layer"
_ABANDONED_S = 3600
_LIBRARIES = ("numpy", "pandas", "pyarrow", "pyogrio", "pyproj", "shapely", "python-calamine", "osmium", "rasterio")


class Shelf:
    """What one run finds in the cache, by layer, and what it has to put there once it has read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: list[str] = []
        self._wanted: dict[str, _Wanted] = {}
        self._read: dict[str, Checked] = {}

    def find(self, request: Request) -> Checked | None:
        """Return the layer's rows as they were checked when the same file was read the same way; None if never."""
        try:
            stamp = _stamp(request.path)
            wanted = _Wanted(stamp, sha256(parts_beside(request.path)))
            body = _body(self.folder / (wanted.key(request) + _ENDING))
        except OSError:  # whoever reads the file will say so
            return None
        self._wanted[request.name] = wanted
        found = None if body is None else _checked(body, request)
        if found is not None:
            self.taken.append(request.name)
        return found

    def digest(self, request: Request) -> str:
        """Return the hash of the file that was looked for; "" if it is another one by now."""
        wanted = self._wanted.get(request.name)
        with contextlib.suppress(OSError):
            if wanted is not None and _stamp(request.path) == wanted.stamp:
                return wanted.digest
        return ""

    def remember(self, checked: Checked) -> None:
        """Have a layer kept that had to be read, unless its file has changed since it was looked for."""
        if self.digest(checked.request):
            self._read[checked.request.name] = checked

    def put_away(self) -> None:
        """Write what is to be kept, and remove what was longest unused beyond MOST_BYTES; a full disk is no fault."""
        with contextlib.suppress(OSError):
            for name, checked in self._read.items():
                key = self._wanted[name].key(checked.request)
                if _bytes_of(checked) <= _MOST_OF_ONE:
                    _write(self.folder / (key + _ENDING), _packed(checked))
            _make_room(self.folder)


@dataclass(frozen=True)
class _Wanted:
    """The file that a layer is in: how it stood in its folder when it was hashed, and the hash."""

    stamp: tuple[tuple[int, int, int], ...]
    digest: str

    def key(self, request: Request) -> str:
        spec = request.spec.model_dump(mode="json")
        decides = [self.digest, request.name, spec, request.schema.kind, _code()]
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def user_folder(environment: Mapping[str, str]) -> Path | None:
    """Return the folder of the cache in the user's own, made if need be; None if there can be none that is safe."""
    base = environment.get("XDG_CACHE_HOME") or environment.get("LOCALAPPDATA")
    try:
        folder = (Path(base) if base else Path.home() / ".cache") / "coverplan"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if _is_ours_alone(folder) else None
    except (OSError, RuntimeError):  # no home, no room, no right
        return None


def entries(folder: Path) -> list[Path]:
    """Return the entries, the longest unused first."""
    return sorted(folder.glob("*" + _ENDING), key=lambda path: (path.stat().st_mtime_ns, path.name))


def clear(folder: Path) -> None:
    """Remove all entries; raises OSError."""
    for path in (*entries(folder), *folder.glob("*.new-*")):
        path.unlink(missing_ok=True)


def _is_ours_alone(folder: Path) -> bool:
    if os.name != "posix":
        return True
    found = folder.lstat()
    others = stat.S_IWGRP | stat.S_IWOTH
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & others


def _stamp(path: Path) -> tuple[tuple[int, int, int], ...]:
    stats = [part.stat() for part in parts_beside(path)]
    return tuple((one.st_ino, one.st_size, one.st_mtime_ns) for one in stats)


@cache
def _code() -> list[str]:
    """Return what reads and checks: the files of this package as they stand on the disk, and the libraries."""
    here = Path(__file__).parent
    files = (f"{path.relative_to(here)} {_size_and_time(path)}" for path in sorted(here.rglob("*.py")))
    return [platform.python_version(), sys.platform, *(f"{name} {_version(name)}" for name in _LIBRARIES), *files]


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # an extra
        return ""


def _size_and_time(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size} {found.st_mtime_ns}"


def _packed(checked: Checked) -> bytes:
    raw = replace(checked.raw, frame=checked.raw.frame.iloc[:0, :0], geometry=None)
    cells, geometry = checked.cells, checked.geometry
    return pack((raw, checked.given, cells, checked.meant, checked.faults, dict(checked.headers)), geometry)


def _checked(body: bytes, request: Request) -> Checked | None:
    try:
        (raw, given, cells, meant, faults, headers), geometry = unpack(body)
        return Checked(request, raw, given, cells, geometry, meant, faults, headers)
    except Exception:
        return None


def _bytes_of(checked: Checked) -> int:
    """Return about how many bytes the entry takes."""
    return int(checked.cells.memory_usage(index=False).sum()) + 40 * len(checked.cells)


def _body(path: Path) -> bytes | None:
    """Return what an entry holds, and mark it as used; None if there is none or it is not whole."""
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    body = whole[32:]
    if hashlib.sha256(body).digest() != whole[:32]:
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    return body


def _write(path: Path, body: bytes) -> None:
    made = path.with_name(f"{path.name}.new-{secrets.token_hex(4)}")
    try:
        with made.open("xb") as file:
            file.write(hashlib.sha256(body).digest())
            file.write(body)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def _make_room(folder: Path) -> None:
    for left in folder.glob("*.new-*"):  # by a run that was killed
        if time.time() - left.stat().st_mtime > _ABANDONED_S:
            left.unlink(missing_ok=True)
    held = entries(folder)
    total = sum(path.stat().st_size for path in held)
    for path in held:
        if total <= MOST_BYTES:
            return
        total -= path.stat().st_size
        path.unlink(missing_ok=True)
