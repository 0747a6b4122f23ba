"""Replaces a whole folder at once, so that a reader finds the old results or the new ones and never a mix.

Everything is written to a folder beside the one asked for, pushed to the disk, and then put in its place by a rename:
in one step where the system can exchange two names (Linux), else in two, which the next run mends if it was killed
between them. Files alone would survive a power cut only with their folder pushed to the disk too (RELIABILITY 4).
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from layers.problems import Problem, SaveError
from layers.text import Text, say

# What a run leaves in its folder.
OUTPUTS = (
    "coverage.csv",
    "gaps.csv",
    "map.html",
    "projects.csv",
    "projects.xlsx",
    "rejects.csv",
    "report.html",
    "result.gpkg",
    "run.json",
)
# What it leaves there if it is asked to, and what it may therefore replace.
EXTRA = ("report.pdf",)
# The files people type into. Nobody's notes are thrown away: such a file is replaced only if it is as we wrote it.
TABLES = tuple(name for name in OUTPUTS if name.endswith((".csv", ".xlsx")))

# What a desktop leaves in every folder it shows.
_LITTER = frozenset({"Thumbs.db", "desktop.ini", ".DS_Store", ".directory"})
# What Excel, LibreOffice, WPS and QGIS put beside a file that they have open.
_OPEN_MARK = re.compile(r"(?:~\$|\.~lock\.|\.~)(?P<office>.+?)#?|(?P<gpkg>.+\.gpkg)-(?:wal|shm|journal)")

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


@contextmanager
def replacing(out: Path, ours: Collection[str] = (*OUTPUTS, *EXTRA)) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `out`, all at once, when the block ends without fault.

    `ours` are the names of the files that a folder of this kind may hold. If anything goes wrong, or the process is killed, `out` is as it was. Raises SaveError for whatever the disk or its
    permissions refuse, and where `out` holds files that are not ours.
    """
    with workshop(out, ours) as folder, saving(out):
        yield folder
        put_in_place(folder, out)


@contextmanager
def workshop(out: Path, ours: Collection[str] = (*OUTPUTS, *EXTRA)) -> Iterator[Path]:
    """Yield an empty folder beside `out` that is gone afterwards, unless `put_in_place`; raises as `replacing` does."""
    out = out.resolve()
    with saving(out):
        refuse_foreign_files(out, ours)
        out.parent.mkdir(parents=True, exist_ok=True)
        _mend(out)
        folder, hold = _workshop(out)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if hold is not None:
            os.close(hold)


@contextmanager
def saving(out: Path) -> Iterator[None]:
    """Turn whatever the disk refuses inside the block into a SaveError about `out`."""
    try:
        yield
    except SaveError:  # said already
        raise
    except OSError as error:
        raise SaveError([_problem(out.resolve(), error)]) from error


def put_in_place(folder: Path, out: Path) -> None:
    """Push a finished folder to the disk and let it take the place of `out`; raises OSError."""
    _push_to_disk(folder)
    _swap(folder, out.resolve())


def refuse_foreign_files(out: Path, ours: Collection[str] = (*OUTPUTS, *EXTRA)) -> None:
    """Raise SaveError naming every file in `out` that is not ours to replace: open, changed by hand, or never ours."""
    if out.exists() and not out.is_dir():
        raise SaveError([Problem(str(out), say("cli.out_is_a_file"), say("cli.choose_other_out"))])
    if not out.is_dir():
        return
    written = _as_written(out)
    problems = []
    for path in sorted(out.iterdir()):
        if path.name in _LITTER:
            continue
        mark = _OPEN_MARK.fullmatch(path.name)
        if mark and (opened := mark["office"] or mark["gpkg"]) in ours:
            problems.append(Problem(str(out / opened), say("cli.file_is_open"), say("cli.close_it")))
        elif path.name not in ours or path.is_dir():
            problems.append(Problem(str(path), say("cli.not_our_file"), say("cli.move_or_choose_out")))
        elif path.name in written and _sha256(path) != written[path.name]:
            problems.append(Problem(str(path), say("cli.changed_by_hand"), say("cli.keep_your_copy")))
    if problems:
        raise SaveError(problems)


def _as_written(out: Path) -> dict[str, str]:
    """Return the SHA-256 that the last run noted for each table it wrote; nothing where it left no record."""
    try:
        outputs = json.loads((out / "run.json").read_text(encoding="utf-8"))["outputs"]
        return {name: str(outputs[name]) for name in TABLES if name in outputs}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _workshop(out: Path) -> tuple[Path, int | None]:
    """Return a new folder beside `out`, locked as long as this process lives, once those of killed runs are gone."""
    for stale in _siblings(out, "new"):
        if _abandoned(stale):
            shutil.rmtree(stale, ignore_errors=True)
    folder = out.with_name(f".{out.name}.new-{secrets.token_hex(4)}")
    folder.mkdir()
    hold = _locked(folder)
    if out.is_dir():
        shutil.copymode(out, folder)
    return folder, hold


def _siblings(out: Path, role: str) -> list[Path]:
    name = re.compile(rf"\.{re.escape(out.name)}\.{role}-[0-9a-f]{{8}}")
    return sorted(path for path in out.parent.iterdir() if name.fullmatch(path.name) and path.is_dir())


def _locked(folder: Path) -> int | None:
    """Return a descriptor that holds the folder's lock, which the system lets go when the process ends, however."""
    if os.name != "posix":
        return None
    import fcntl

    hold = os.open(folder, os.O_RDONLY)
    with suppress(OSError):  # a network share may know no locks; then two runs at once are the user's risk
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return hold


def _abandoned(folder: Path) -> bool:
    if os.name != "posix":
        return True
    import fcntl

    hold = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(hold)
    return True


def _mend(out: Path) -> None:
    """Put the old results back if a run was killed between the two renames, and clear away what it left behind."""
    for old in _siblings(out, "old"):
        if out.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(out)


def _push_to_disk(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    _push_folder(folder)


def _push_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows pushes names to the disk itself
        return
    hold = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(hold)
    finally:
        os.close(hold)


def _swap(folder: Path, out: Path) -> None:
    if not out.exists():
        folder.rename(out)
    elif not _exchanged(folder, out):
        old = out.with_name(f".{out.name}.old-{secrets.token_hex(4)}")
        out.rename(old)
        try:
            folder.rename(out)
        except OSError:
            old.rename(out)
            raise
        shutil.rmtree(old, ignore_errors=True)
    _push_folder(out.parent)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    exchange = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if exchange is None:
        return False
    if exchange(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(other))


def _problem(out: Path, error: OSError) -> Problem:
    what, fix = _WORDS.get(error.errno or 0, ("cli.disk_refused", "cli.see_disk"))
    kept = say("cli.old_results_kept") if out.exists() else say("cli.nothing_saved")
    detail = error.strerror or str(error)
    sentence: Text = say(what, detail=detail, kept=kept) if what == "cli.disk_refused" else say(what, kept=kept)
    return Problem(str(out), sentence, say(fix))


_WORDS = {
    errno.ENOSPC: ("cli.disk_full", "cli.free_space"),
    errno.EDQUOT: ("cli.disk_full", "cli.free_space"),
    errno.EFBIG: ("cli.disk_full", "cli.free_space"),
    errno.EACCES: ("cli.not_allowed", "cli.see_permissions"),
    errno.EPERM: ("cli.not_allowed", "cli.see_permissions"),
    errno.EROFS: ("cli.not_allowed", "cli.see_permissions"),
}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
