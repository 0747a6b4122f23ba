"""Ledgers under attack: an office that types every command where it fits, and children that are killed while they type."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import io
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import openpyxl
import typer

from layers.ledger import postgres
from layers.ledger.event import Event
from layers.ledger.places import ledger_at
from layers.ledger.states import BEFORE_APPROVAL, CLOSED, DECLINED, DONE, OPEN, UNDER_WAY
from layers.ledger.task import State, Task
from maps import cli
from maps.commands import tasks
from maps.tasks.sheet import COLUMNS
from tests import postgres as server
from tests.ledger.runs import NAMES, run_town, write_town

WHO = "--who", "钟"
BUILT = typer.main.get_command(tasks.tasks_app)
FAR = dt.date(2099, 1, 1)
# Commands that read, and their words besides the ledger; the rest enter something.
READING = ("list", "show", "summary", "quarter", "lists", "public", "export", "audit", "backup")
# Commands that make or replace a whole ledger; they work on one of their own.
WHOLE = ("init", "restore", "migrate")
# Commands that are typed of several tasks at once, which are entered together or not at all.
SEVERAL = ("deliberate", "approve", "update", "done", "close", "standing", "waive", "resume", "escalate", "record")


@dataclass(frozen=True)
class Typed:
    """A command: its words without --op, the ledger it is typed at, and of how many tasks it enters an event each (0: other)."""

    words: tuple[str, ...]
    place: str
    tasks: int = 0

    @property
    def name(self) -> str:
        """The command."""
        return self.words[0]

    @property
    def enters(self) -> bool:
        """Whether it enters something into the ledger it is typed at, if it ends well."""
        return self.name not in (*READING, *WHOLE, "verify", "week", "import")  # these may find nothing to enter


@dataclass
class Office:
    """A ledger at `place`, two runs of one town (all short of cleaners; some mended since), and a folder to work in."""

    rng: random.Random
    place: str
    folder: Path
    runs: tuple[Path, Path]
    turn: int = 0
    sent: dict[str, Path] = field(default_factory=dict)

    def command(self, name: str, state: State) -> Typed | None:
        """Return that command for some task on which it may come, None if there is none."""
        self.turn += 1
        if name in WHOLE:
            return self._whole(name)
        if name in _ON_TASK:
            fits, words = _ON_TASK[name]
            tasks = [task for task in state.tasks.values() if fits(task)]
            if not tasks:
                return None
            chosen = self.rng.sample(tasks, self.rng.randint(1, min(3, len(tasks))) if name in SEVERAL else 1)
            ids = [str(task.id) for task in chosen]
            return Typed((name, *ids, *words(self, chosen[0])), self.place, 0 if name in READING else len(ids))
        words = _AT_LARGE[name](self, state)
        return None if words is None else Typed((name, *words), self.place)

    def day(self) -> str:
        """Return a day that is far off."""
        return str(FAR + dt.timedelta(days=self.rng.randrange(3000)))

    def note(self) -> str:
        """Return words that nobody has said yet."""
        return f"第 {self.turn} 次 {self.rng.random()}"

    def later(self, task: Task) -> str:
        """Return a day after a task's deadline."""
        return str((task.due or FAR) + dt.timedelta(days=self.rng.randint(1, 30)))

    def workbook(self, state: State) -> tuple[str, ...] | None:
        """Return a workbook that was exported before, with cells filled in since."""
        if not state.tasks:
            return None
        path = self.folder / "sent" / "sent.xlsx"
        typed(Typed(("export", str(path)), self.place))
        book = openpyxl.load_workbook(path)
        sheet = book.active
        at = {name: column for column, (name, _) in enumerate(COLUMNS, start=1)}
        for row in range(2, sheet.max_row + 1):
            if sheet.cell(row, at["id"]).value is not None:
                sheet.cell(row, at["owner"]).value = f"经办{self.turn}"
        book.save(path)
        return (str(path),)

    def _whole(self, name: str) -> Typed:
        new = self.folder / "whole" / f"{self.turn}.sqlite"
        new.parent.mkdir(exist_ok=True)
        if name == "init":
            place = server.schema(self.place) if is_server(self.place) else str(new)
            return Typed(("init", "--name", "镇"), place)
        if name == "migrate":
            return Typed(("migrate", "--to", str(new)), self.place)
        backup = newest(self.folder / "kept")
        if backup is None:
            typed(Typed(("backup", "--out", str(self.folder / "kept")), self.place))
            backup = newest(self.folder / "kept")
        shutil.copyfile(backup, new)
        typed(Typed(("propose", self.note(), "--list", "微心愿", *WHO), str(new)))
        return Typed(("restore", str(backup)), str(new))


def newest(folder: Path) -> Path | None:
    """Return the last backup in a folder."""
    return max(folder.glob("*.sqlite"), default=None)


def _claiming(office: Office, task: Task) -> tuple[str, ...]:
    if task.state in (*BEFORE_APPROVAL, "approved"):
        more = () if task.goal else ("--goal", "1 件")
        return ("--leader", "张三", "--department", "住建办", "--due", office.day(), *more)
    return ("--owner", office.note())


def _has_one_gap_of_the_run(task: Task) -> bool:
    return len(task.gaps) == 1


Words = Callable[[Office, Task], tuple[str, ...]]
_ON_TASK: dict[str, tuple[Callable[[Task], bool], Words]] = {
    "screen": (
        lambda t: t.state == "proposed",
        # One that was set aside and taken up again may have passed all three before.
        lambda o, t: ("--gate", next((g for g in ("project", "procedure") if not t.gates.get(g)), "law")),
    ),
    "deliberate": (lambda t: t.state in ("accepted", "deliberated"), lambda o, t: ("--for", str(o.turn))),
    "approve": (
        lambda t: t.state in BEFORE_APPROVAL,
        lambda o, t: ("--goal", "1 件", "--leader", "张三", "--department", "住建办", "--due", o.day()),
    ),
    "claim": (lambda t: t.state in (*BEFORE_APPROVAL, "approved", *UNDER_WAY), _claiming),
    "update": (lambda t: t.state in OPEN, lambda o, t: ("--progress", f"{o.turn % 99}%", "--note", o.note())),
    "extend": (lambda t: t.state in UNDER_WAY, lambda o, t: ("--due", o.later(t), "--reason", "雨")),
    "done": (lambda t: t.state in UNDER_WAY, lambda o, t: ("--note", o.note())),
    "close": (lambda t: t.state == DONE and not t.gaps, lambda o, t: ("--inspector", "李四", "--note", "看过")),
    "visit": (
        lambda t: t.state in CLOSED,
        lambda o, t: (
            ("--score", "5", "--note", o.note())
            if o.turn % 2
            else ("--score", "1", "--dissatisfied", "--due", o.day(), "--note", o.note())
        ),
    ),
    "standing": (lambda t: t.state in UNDER_WAY, lambda o, t: ("--days", "30")),
    "waive": (lambda t: t.state in UNDER_WAY, lambda o, t: ("--reason", "搬迁")),
    "resume": (lambda t: t.state == DECLINED, lambda o, t: ("--reason", "不搬了")),
    "escalate": (lambda t: t.state in OPEN, lambda o, t: ("--reason", o.note())),
    "record": (lambda t: True, lambda o, t: ("--kind", "patrol", "--note", o.note())),
    "link": (
        _has_one_gap_of_the_run,
        lambda o, t: (t.gaps[0].id, "--run", str(o.runs[0]), "--reason", o.note()),
    ),
    "show": (lambda t: True, lambda o, t: ()),
    "public": (lambda t: True, lambda o, t: ("--out", str(o.folder / "papers"))),
}
_AT_LARGE: dict[str, Callable[[Office, State], tuple[str, ...] | None]] = {
    "propose": lambda o, s: (o.note(), "--list", "微心愿", "--goal", "1 件"),
    "adopt": lambda o, s: (
        (str(o.runs[0]), "--top", "1", "--list", "民生微实事")
        if sum(bool(t.gaps) for t in s.tasks.values()) < len(NAMES)
        else None
    ),
    "verify": lambda o, s: (str(o.runs[o.turn % 2]),),
    "assign": lambda o, s: ("001", o.note()),
    "week": lambda o, s: ("--out", str(o.folder / "papers"), "--date", str(FAR + dt.timedelta(days=7 * o.turn))),
    "import": lambda o, s: o.workbook(s),
    "list": lambda o, s: (),
    "summary": lambda o, s: (),
    "quarter": lambda o, s: ("--out", str(o.folder / "papers")),
    "lists": lambda o, s: ("--out", str(o.folder / "papers")),
    "export": lambda o, s: (
        *(str(o.folder / "papers" / f"t.{end}") for end in ("xlsx", "csv", "json", "gpkg", "ics")),
    ),
    "audit": lambda o, s: (),
    "backup": lambda o, s: ("--out", str(o.folder / "kept")),
}
EVERY = (*_AT_LARGE, *_ON_TASK, *WHOLE)


def two_runs(folder: Path) -> tuple[Path, Path]:
    """Return the results of a town of eight villages, all short of cleaners; and of a later day, when three are not."""
    villages = {f"00{i}": (f"{name}村", 1400 + 100 * i, 0.02 * i) for i, name in enumerate(NAMES)}
    plan = write_town(folder / "town", villages, dict.fromkeys(villages, 1))
    short = run_town(plan, folder / "town" / "out")
    mended = {**dict.fromkeys(villages, 1), **dict.fromkeys(list(villages)[:3], 9)}
    plan = write_town(folder / "town", villages, mended, date="2099-01-01")
    return short, run_town(plan, folder / "town" / "later")


def line_of(command: Typed, op: str | None = None) -> list[str]:
    """Return all the words of a command after `coverplan`."""
    more = ["--ledger", command.place]
    if command.name not in (*READING, *WHOLE):
        more += [*(WHO if "--who" not in command.words else ()), *(("--op", op) if op else ())]
    return ["tasks", *command.words, *more, "--lang", "en"]


def typed(command: Typed, op: str | None = None) -> tuple[int, str]:
    """Type a command in this process and return its exit code and what it complained of."""
    complaint = io.StringIO()
    quiet = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(complaint)
    with (
        quiet[0],
        quiet[1],
        mock.patch.object(tasks, "tasks_app", BUILT),
    ):  # typer builds its commands anew at every call
        code = cli.run_call(cli.call(line_of(command, op), {}))
    return code, complaint.getvalue()


def state_of(place: str) -> tuple[list[Event], State]:
    """Return a ledger's events, every one checked and replayed, and what they come to; raises whatever opening it raises."""
    with ledger_at(place) as ledger:
        return ledger.store.events(0), ledger.state


def events_of(place: str) -> list[Event]:
    """Return a ledger's events, every one checked and replayed."""
    return state_of(place)[0]


def is_server(place: str) -> bool:
    """Return whether a ledger is kept on a server."""
    return postgres.is_url(place)


def killed(work: Callable[[Callable[[str], None]], None], moment_s: float | None) -> list[str]:
    """Fork, do `work`, which says a line when a command begins and when it has ended, kill it, and return its lines.

    The moment is counted from the first line, so a busy machine kills no earlier; None kills as soon as the command has
    ended. The child is a group of its own, so that what it started dies too.
    """
    heard, said = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        try:
            os.setpgid(0, 0)
            gc.disable()
            work(lambda line: os.write(said, f"{line}\n".encode()) and None)
        finally:
            os._exit(0)
    os.close(said)
    lines = os.read(heard, 1 << 16)
    while moment_s is None and b"\nend " not in lines and (more := os.read(heard, 1 << 16)):
        lines += more
    time.sleep(moment_s or 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(heard, 1 << 16):
        lines += more
    os.close(heard)
    return [line.decode() for line in lines.split(b"\n")[:-1]]


def whole_process(command: Sequence[str], say: Callable[[str], None]) -> int:
    """Become the parent of a real `coverplan` process, from its first byte, and return how it ended."""
    import subprocess
    import sys

    say("started")
    return subprocess.run([sys.executable, "-m", "maps", *command], capture_output=True, check=False).returncode
