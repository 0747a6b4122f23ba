"""What coverplan opens while it reads hostile files: nothing outside the plan's folder, no connection, no program.

    python -m tests.campaigns reach [--corpus FOLDER]     (needs Linux and strace)

Every file is a layer of one plan; `coverplan check` runs under strace. Python and its libraries, what they look up in
the system, the temporary folder of our own and the plan's folder may be opened; a link counts as what it points to.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.campaigns._hostile import write_hostile
from tests.campaigns._record import record

ROOT = Path(__file__).parents[2]
_CALL = re.compile(r'\b(openat|open|openat2|creat)\((?:AT_FDCWD, |\d+, )?"((?:[^"\\]|\\.)*)".*\) = (-?\d+)')
_NETWORK = re.compile(r"\b(connect|socket|sendto)\(.*(AF_INET6?|AF_PACKET)\b")
_PROGRAM = re.compile(r"\bexecve(?:at)?\(.*\) = 0")
_SYSTEM = ("/usr/", "/lib/", "/lib64/", "/proc/", "/sys/", "/dev/null", "/dev/urandom", "/etc/ld.so.", "/etc/localtime")
# What Python itself looks up: words for locales, settings of its hashes, and whether the temporary folder can be written.
_OF_PYTHON = re.compile(r"/etc/locale\.alias|/etc/ssl/openssl\.cnf|/tmp/[a-z0-9_]{8}|/tmp/#.*")


def plan_of(paths: list[str]) -> str:
    """Return a plan with each file as a layer."""
    lines = [f"  l{at}: {{kind: facilities, path: {_quoted(path)}, crs: EPSG:4326}}" for at, path in enumerate(paths)]
    rule = "{id: r, type: presence, facilities: l0, at_least: 1, title: {zh: 甲, en: a}}"
    return "\n".join(["plan: {name: x}", "layers:", *lines, "rules:", f"  - {rule}", ""])


def traced(folder: Path, paths: list[str]) -> tuple[list[str], list[str], list[str], int]:
    """Return the files opened outside, the network calls, the programs started, and the exit code of the check."""
    (folder / "reach.yaml").write_text(plan_of(paths), "utf-8")
    log = folder.parent / f"{folder.name}.strace"
    command = ["strace", "-f", "-q", "-e", "trace=%network,open,openat,openat2,creat,execve,execveat", "-o", str(log)]
    command += [sys.executable, "-m", "maps", "check", str(folder / "reach.yaml"), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, timeout=1200, check=False)
    lines = log.read_text("utf-8", "replace").splitlines()
    log.unlink()
    network = [line for line in lines if _NETWORK.search(line)]
    programs = [line for line in lines if _PROGRAM.search(line)][1:]  # the first is Python itself
    return sorted(_outside(lines, folder)), network, programs, done.returncode


def _outside(lines: list[str], folder: Path) -> set[str]:
    allowed = [folder.resolve(), ROOT, Path(sys.prefix), Path(sys.base_prefix)]
    found = set()
    for line in lines:
        call = _CALL.search(line)
        if not call or int(call[3]) < 0:
            continue
        named = Path(folder, call[2])
        real = named.resolve()
        own = str(real).startswith((tempfile.gettempdir() + "/coverplan-", *_SYSTEM)) or _OF_PYTHON.fullmatch(str(real))
        # a folder that is listed while looking for something in it is not one that is read from
        if not own and not any(real.is_relative_to(each) for each in allowed) and not real.is_dir():
            found.add(str(real))
    return found


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def main() -> int:
    """Run the campaign; return 1 if anything was reached that should not be."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path, help="a folder of more files to read")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reach-") as there:
        folder = Path(there, "plan")
        folder.mkdir()
        paths = write_hostile(folder)
        if asked.corpus:
            shutil.copytree(asked.corpus, folder / "corpus")
            files = (path for path in (folder / "corpus").rglob("*") if path.is_file())
            paths += sorted(str(path.relative_to(folder)) for path in files)
        opened, network, programs, code = traced(folder, paths)
    for line in [*opened, *network, *programs]:
        sys.stdout.write(f"{line}\n")
    record(
        "reach",
        hostile_files_read=len(paths),
        files_opened_outside=len(opened),
        connections=len(network),
        programs_started=len(programs),
        exit_code=code,
    )
    return int(bool(opened or network or programs) or code != 2)
