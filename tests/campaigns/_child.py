"""One command line run in a child of its own: what it printed, how it ended, what it took.

Most are forked from a warm process, which has imported what they use; a share are whole processes, as a user starts them.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn

import typer.main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """`code` is the exit code, -N if signal N ended it; `peak_mb` is the most memory of it and its own children."""

    code: int
    text: str
    seconds: float
    peak_mb: float


def run(words: Sequence[str], *, wall_s: float = 30.0, whole: bool = False) -> Ran:
    """Run `coverplan WORDS` and wait for it; one that takes longer than the wall limit is killed (code -9).

    `whole` starts Python anew for it, otherwise it is forked from this process.
    """
    with tempfile.TemporaryFile() as said:
        started = time.monotonic()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            try:
                os.setpgid(0, 0)
                for stream in (1, 2):
                    os.dup2(said.fileno(), stream)
                _started(words) if whole else _called(words)
            finally:
                os._exit(71)
        status, usage = _waited(child, started + wall_s)
        seconds = time.monotonic() - started
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    return Ran(os.waitstatus_to_exitcode(status), text, seconds, usage.ru_maxrss / 1024)


def build_commands_once() -> None:
    """Let every command line of this process and its children share one tree of commands, as no user's process needs to."""
    typer.main.get_command = cache(typer.main.get_command)


def _started(words: Sequence[str]) -> NoReturn:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "en_GB.UTF-8"}
    os.execve(sys.executable, [sys.executable, "-m", "maps", *words], environment)  # noqa: S606


def _called(words: Sequence[str]) -> NoReturn:
    from maps.cli import call, run_call

    sys.stdout, sys.stderr = (open(stream, "w", encoding="utf-8", closefd=False) for stream in (1, 2))  # noqa: SIM115
    code = run_call(call(list(words), {"LANG": "en_GB.UTF-8"}))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _waited(child: int, until: float) -> tuple[int, resource.struct_rusage]:
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            return status, usage
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            _, status, usage = os.wait4(child, 0)
            return status, usage
        time.sleep(0.001)
