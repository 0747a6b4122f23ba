"""Files given their names so that a kill or a power cut leaves the old one or the new one, whole and under its name."""

from __future__ import annotations

import os
from pathlib import Path


def push(path: Path) -> None:
    """Push a file, or the names in a folder, to the disk."""
    if path.is_dir() and os.name != "posix":  # Windows pushes names to the disk itself
        return
    hold = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(hold)
    finally:
        os.close(hold)


def make_folder(folder: Path) -> None:
    """Make a folder and whatever is lacking above it, and push their names to the disk; one that is there is left alone."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        push(each.parent)


def second_name(path: Path, name: Path) -> bool:
    """Give a file another name as well, and return whether it could be: some disks (FAT) know one name a file only.

    Raises FileExistsError if something bears that name already.
    """
    try:
        os.link(path, name)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True


def name_new(unfinished: Path, path: Path) -> None:
    """Give a finished file a name that nothing bears yet; raises FileExistsError if something does."""
    if second_name(unfinished, path):
        unfinished.unlink()
    elif path.exists():
        raise FileExistsError(path)
    else:
        unfinished.rename(path)
    push(path.parent)


def identity(path: Path) -> tuple[int, int]:
    """Return what tells a file from another put in its place under the same name."""
    found = path.stat()
    return found.st_dev, found.st_ino
