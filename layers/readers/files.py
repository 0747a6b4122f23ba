"""Which file a plan may have read: an existing regular file in the plan's own folder, and nothing else."""

from __future__ import annotations

import difflib
import hashlib
import re
from pathlib import Path

from layers.problems import LayerError, Problem
from layers.text import Text, say

# "http:", "WFS:", "/vsicurl/..." and the like are ways of having GDAL fetch or parse something that is not a file. One
# letter and a colon is a Windows drive.
_NOT_A_FILE = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]+:|/vsi|[{<])")
_CHUNK_BYTES = 1 << 20
FOLDER_ENDING = ".gdb"  # a file geodatabase is a folder of files


def checked_path(folder: Path, path: str, where: Text) -> Path:
    """Return the absolute path of a layer's file; raises LayerError unless it is a regular file inside `folder`.

    A symbolic link counts as what it points to. A file geodatabase is a folder, and the only one that is let through.
    """
    if _NOT_A_FILE.match(path.strip()) or "\x00" in path:
        raise _refused(where, "not_a_file", path)
    root = folder.resolve()
    found = (root / path).resolve()
    if not found.is_relative_to(root):
        raise _refused(where, "outside", path)
    if not found.exists():
        raise LayerError([Problem(where, say("readers.missing", path=path), _nearest(root, path))])
    if not found.is_file() and not (found.is_dir() and found.suffix.lower() == FOLDER_ENDING):
        raise _refused(where, "not_regular", path)
    return found


def refuse_larger(path: Path, limit_bytes: int, where: Text) -> None:
    """Raise LayerError if the file is larger than a reader takes in: most formats are parsed whole, in memory."""
    size = path.stat().st_size
    if size > limit_bytes:
        what = say("readers.file_bytes", mb=size // 1024**2, limit=limit_bytes // 1024**2)
        raise LayerError([Problem(where, what, say("readers.too_big_fix"))])


def sha256(paths: list[Path]) -> str:
    """Return the hash of the files' bytes, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()


def _refused(where: Text, why: str, path: str) -> LayerError:
    return LayerError([Problem(where, say(f"readers.{why}", path=path), say(f"readers.{why}_fix"))])


def _nearest(root: Path, path: str) -> Text:
    folder = (root / path).resolve().parent
    names = sorted(item.name for item in folder.iterdir()) if folder.is_dir() else []
    close = difflib.get_close_matches(Path(path).name, names, n=1)
    return say("readers.did_you_mean", word=close[0]) if close else say("readers.missing_fix", folder=str(root))
