"""Whether a file lies on a network share, where SQLite's locks cannot be relied on and a ledger is lost sooner or later."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from layers.problems import LedgerError, Problem
from layers.text import say

# File systems that reach another machine, as Linux names them in /proc/self/mountinfo.
REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "9p", "davfs"}
)
REMOTE |= {
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.davfs2",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.ceph",
    "ncpfs",
    "coda",
    "gpfs",
}

_DRIVE_REMOTE = 4  # of GetDriveTypeW


def refuse_share(path: Path, *, mounts: str | None = None) -> None:
    """Raise LedgerError if the file is on a network share, as far as the system says; `mounts` stands in for mountinfo."""
    kind = share_kind(path, mounts=mounts)
    if kind:
        raise LedgerError([Problem(str(path), say("tasks.on_share", kind=kind), say("tasks.off_share"))])


def share_kind(path: Path, *, mounts: str | None = None) -> str:
    """Return what kind of share a file is on, "" if on none that can be told."""
    folder = path.resolve().parent
    if os.name == "nt" and mounts is None:
        return _windows_kind(folder)
    if mounts is None:
        try:
            mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
        except OSError:  # macOS and others do not say
            return ""
    return _mounted_as(folder, mounts)


def _mounted_as(folder: Path, mounts: str) -> str:
    """Return the kind of the file system a folder is on if that is a remote one; the last of the longest mounts holds."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        if len(left.split(" ")) < 5 or not right:
            continue
        place = re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), left.split(" ")[4])
        if folder.is_relative_to(place) and len(place) >= best:
            best, kind = len(place), right.split(" ")[0]
    return kind if kind in REMOTE else ""


def _windows_kind(folder: Path) -> str:
    if sys.platform != "win32":
        return ""
    import ctypes

    if folder.drive.startswith("\\\\"):
        return "SMB"
    return "SMB" if ctypes.windll.kernel32.GetDriveTypeW(f"{folder.drive}\\") == _DRIVE_REMOTE else ""
