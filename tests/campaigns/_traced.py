"""A command typed in a forked child while strace makes the system refuse one of its calls."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns._ledgers import Typed, typed


@dataclass(frozen=True)
class Refused:
    """How a command ended: exit code, what it complained of, and whether the call that was to be refused came at all."""

    code: int
    said: str
    came: bool


def strace() -> str | None:
    """Return where strace is, None if it is not here or may not trace."""
    found = shutil.which("strace")
    if found is None:
        return None
    tried = subprocess.run([found, "-o", "/dev/null", "true"], capture_output=True, check=False)
    return found if tried.returncode == 0 else None


def refused(command: Typed, op: str, inject: str, folder: Path) -> Refused:
    """Type a command while one call fails, as `pwrite64:error=EIO:when=3` says; `folder` is for notes.

    The child waits until strace has hold of it, so that every call it makes is the command's own.
    """
    log, notes = folder / "strace", folder / "said"
    begin, go = os.pipe()
    child = os.fork()
    if child == 0:
        code = 71
        try:
            os.read(begin, 1)
            code, said = typed(command, op)
            notes.write_text(said, encoding="utf-8")
        finally:
            os._exit(code)
    kind = inject.partition(":")[0]
    tool = [
        str(strace()),
        "-f",
        "-qq",
        "-o",
        str(log),
        "-e",
        f"trace={kind}",
        "-e",
        f"inject={inject}",
        "-p",
        str(child),
    ]
    tracer = subprocess.Popen(tool, stderr=subprocess.PIPE, text=True)
    while not _is_traced(child):
        if tracer.poll() is not None:
            raise RuntimeError(f"strace: {tracer.communicate()[1]}")
        time.sleep(0.001)
    os.write(go, b".")
    _, status = os.waitpid(child, 0)
    tracer.communicate()
    for end in (begin, go):
        os.close(end)
    came = "(INJECTED)" in log.read_text("utf-8", errors="replace")
    said = notes.read_text("utf-8") if notes.is_file() else "it said nothing"
    for each in (log, notes):
        each.unlink(missing_ok=True)
    return Refused(os.waitstatus_to_exitcode(status), said, came)


def _is_traced(process: int) -> bool:
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return "TracerPid:\t0\n" not in status
