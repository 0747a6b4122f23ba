"""Ledgers under attack: a warm child that types commands and says which were acknowledged, and what must hold afterwards."""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import typer

from layers.ledger.event import Event
from layers.ledger.places import ledger_at
from maps import cli

WHO = "--who", "钟"
BUILT = typer.main.get_command(cli.app)


@dataclass(frozen=True)
class Typed:
    """A command: its words without --ledger and --op, and whether it enters something."""

    words: tuple[str, ...]
    enters: bool = True


def commands(rng: random.Random, out: Path, folder: Path) -> Iterator[Typed]:
    """Yield commands as a busy office types them, for ever; many are refused where a task stands, which is an answer too."""
    while True:
        task = str(rng.randint(1, 12))
        day = f"2099-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        yield rng.choice(
            [
                Typed(("propose", f"事项{rng.random()}", "--list", "微心愿", "--goal", "1 件")),
                Typed(("claim", task, "--leader", "张三", "--department", "住建办", "--due", day, "--goal", "1 件")),
                Typed(("update", task, "--progress", f"{rng.randint(1, 99)}%", "--note", f"{rng.random()}")),
                Typed(("extend", task, "--due", day, "--reason", "雨")),
                Typed(("done", task, "--note", f"好了{rng.random()}")),
                Typed(("close", task, "--inspector", "李四", "--note", "看过")),
                Typed(("visit", task, "--score", "5")),
                Typed(("waive", task, "--reason", "搬迁")),
                Typed(("resume", task, "--reason", "不搬了")),
                Typed(("record", task, "--kind", "patrol", "--note", f"{rng.random()}")),
                Typed(("escalate", task, "--reason", f"{rng.random()}")),
                Typed(("adopt", str(out), "--top", "1", "--list", "民生微实事")),
                Typed(("verify", str(out))),
                Typed(("week", "--out", str(folder / "weeks"))),
                Typed(("import", str(folder / "sent.xlsx"))),
                Typed(("export", str(folder / "sent.xlsx")), enters=False),
                Typed(("backup",), enters=False),
                Typed(("migrate",), enters=False),
                Typed(("audit",), enters=False),
            ]
        )


def typed(command: Typed, place: str, op: str | None = None) -> tuple[int, str]:
    """Type a command in this process and return its exit code and what it complained of."""
    more = ["--ledger", place]
    if command.words[0] not in ("export", "backup", "migrate", "audit"):
        more += [*WHO, *(("--op", op) if op else ())]
    complaint = io.StringIO()
    quiet = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(complaint)
    with quiet[0], quiet[1], mock.patch.object(cli, "app", BUILT):  # typer builds its commands anew at every call
        code = cli.run_call(cli.call(["tasks", *command.words, *more, "--lang", "en"], {}))
    return code, complaint.getvalue()


def events_of(place: str) -> list[Event]:
    """Return a ledger's events, every one checked and replayed; raises whatever opening it raises."""
    with ledger_at(place) as ledger:
        return ledger.store.events(0)


def killed(work: Callable[[int], None], rng: random.Random, within_s: float) -> list[str]:
    """Fork, do `work` (which writes a line when it begins and ends a command), kill it in one of its first, return its lines.

    The moment is counted from the beginning of a command, not by the clock: a busy machine kills no earlier.
    """
    heard, said = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        try:
            work(said)
        finally:
            os._exit(0)
    os.close(said)
    begun, lines = rng.randint(1, 2), b""
    while lines.count(b"begin") < begun and (more := os.read(heard, 1 << 16)):
        lines += more
    time.sleep(rng.uniform(0, within_s))
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(heard, 1 << 16):
        lines += more
    os.close(heard)
    return [line.decode() for line in lines.split(b"\n")[:-1]]
