"""Files of every format with damaged bytes through the command line: no traceback, no hang, no more than 2 GB, no silence.

python -m tests.campaigns mutants [--files 20000] [--seed 1] [--minutes 60] [--workers 2]

Of archives and workbooks either the file itself is damaged or what is packed in it, which no checksum betrays. In most
rounds every layer of one plan is damaged, and each must be read or refused by its name; a round of that kind that ends
badly is gone through again file by file. In the others each damaged file (the plan among them) has a command line of
its own: a whole run with its outputs, or a process started like a user's. The rest are forked from a warm process.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import itertools
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from maps.cli import call, run_call
from tests.campaigns._child import Ran, build_commands_once, run
from tests.campaigns._files import FORMATS, LAYERS, written
from tests.campaigns._record import record

WALL_S = 30.0
MOST_MB = 2048
# Of so many rounds one is of whole runs, and one of processes of their own.
ROUNDS = 64
_WORDS = (
    b"\x00",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"NaN",
    b"1e999",
    b"<!DOCTYPE",
    b"\n",
    b'"',
    b",",
    b"-",
    b"{",
    b"(",
)


def damaged(whole: bytes, rng: random.Random) -> bytes:
    """Return the bytes with a few of them changed, cut out, doubled, put in or exchanged."""
    data = bytearray(whole)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        at = rng.randrange(len(data)) if data else 0
        deed = rng.randrange(7)
        if deed == 0 and data:
            data[at] ^= 1 << rng.randrange(8)
        elif deed == 1 and data:
            data[at] = rng.randrange(256)
        elif deed == 2:
            del data[at : at + rng.choice([1, 4, 64])]
        elif deed == 3:
            data[at:at] = rng.choice(_WORDS)
        elif deed == 4:
            data[at:at] = data[at : at + rng.choice([1, 16, 200])]
        elif deed == 5:
            there = rng.randrange(len(data)) if data else 0
            data[at : at + 8], data[there : there + 8] = data[there : there + 8], data[at : at + 8]
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data)


def damaged_inside(whole: bytes, rng: random.Random) -> bytes:
    """Return the archive with one of its files damaged, packed again so that every checksum is right."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as before,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        names = before.namelist()
        chosen = rng.choice(names)
        for name in names:
            after.writestr(name, damaged(before.read(name), rng) if name == chosen else before.read(name))
    return packed.getvalue()


def fault_of(ran: Ran) -> str:
    """Return what is wrong with how it ended, "" if nothing is."""
    if ran.code not in (0, 2):
        return f"exit code {ran.code}"
    if "Traceback" in ran.text:
        return "traceback"
    if ran.peak_mb > MOST_MB:
        return "memory"
    if ran.code == 2 and "c." not in ran.text:
        return "a refusal that names no file"
    return ""


@dataclass
class Hunted:
    """How the damaged files ended, the faults found, and the longest time and most memory that one took."""

    ended: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    largest_mb: float = 0.0

    def note(self, what: str, ran: Ran) -> None:
        """Take in how one command line ended that read one damaged file."""
        self.ended["read" if ran.code == 0 else "refused" if ran.code == 2 else "failed"] += 1
        self.slowest_s, self.largest_mb = max(self.slowest_s, ran.seconds), max(self.largest_mb, ran.peak_mb)
        if fault := fault_of(ran):
            self.faults.append(f"{what}: {fault}: {ran.text[-300:]}")

    def add(self, other: Hunted) -> None:
        """Take in what another hunt found."""
        self.ended += other.ended
        self.faults += other.faults
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.largest_mb = max(self.largest_mb, other.largest_mb)


def hunt(folder: Path, rounds: Iterable[int], files: int, seed: int, until: float = float("inf")) -> Hunted:
    """Damage that many files or a few more, round by round in a folder of its own, and return what came of it."""
    sound = written(folder)
    _warm(folder)
    found = Hunted()
    for number in rounds:
        if found.ended.total() >= files or time.monotonic() > until:
            break
        if number % ROUNDS in (0, ROUNDS // 2):
            for name in FORMATS:
                put = _damage(folder, sound, [name], f"{seed}/{number}/{name}")
                found.note(put, _alone(folder, name, whole=number % ROUNDS != 0))
        else:
            _together(folder, sound, number, seed, found)
        for name, data in sound.items():
            (folder / name).write_bytes(data)
    return found


def _damage(folder: Path, sound: dict[str, bytes], names: Iterable[str], seed: str) -> str:
    """Put damaged files in place of sound ones, and return what was done, to be done again."""
    rng = random.Random(seed)
    for name in names:
        inside = zipfile.is_zipfile(io.BytesIO(sound[name])) and rng.random() < 0.5
        (folder / name).write_bytes((damaged_inside if inside else damaged)(sound[name], rng))
    return f"seed {seed}"


def _alone(folder: Path, name: str, *, whole: bool) -> Ran:
    """Run the plan of the damaged file with all outputs, or check it by a process started like a user's."""
    plan = str(folder / f"{FORMATS[name]}.yaml")
    words = ["check", plan, "--json"] if whole else ["run", plan, "--out", str(folder / "out")]
    return run(words, whole=whole, wall_s=WALL_S)


def _together(folder: Path, sound: dict[str, bytes], number: int, seed: int, found: Hunted) -> None:
    """Damage one file of each layer and check the plan of all; one layer at a time if that does not end as it should."""
    parts = [[name for name, layer in FORMATS.items() if layer == of and not name.endswith(".yaml")] for of in LAYERS]
    chosen = [names[number % len(names)] for names in parts]
    put = _damage(folder, sound, chosen, f"{seed}/{number}")
    ran = run(["check", str(folder / "all.yaml"), "--json", "--lang", "en"], wall_s=WALL_S)
    fates = None if fault_of(ran) else fates_of(ran.text)
    if fates is not None:
        found.slowest_s, found.largest_mb = max(found.slowest_s, ran.seconds), max(found.largest_mb, ran.peak_mb)
        found.ended.update(fates.values())
        found.faults += [
            f"{layer} of {put}: {fate}" for layer, fate in fates.items() if fate not in ("read", "refused")
        ]
        return
    for name in chosen:
        found.note(f"{name} of {put}", run(["check", str(folder / f"{FORMATS[name]}.yaml"), "--json"], wall_s=WALL_S))
    found.faults.append(f"{put}, all together: {fault_of(ran)}: {ran.text[-300:]}")


def fates_of(said: str) -> dict[str, str] | None:
    """Return by file whether it was "read" (its books balance), "refused" (in words that name it) or else; None if unsaid."""
    try:
        told, _ = json.JSONDecoder().raw_decode(said)
    except ValueError:
        return None
    return {each["file"]: _fate(each, told["stops"]) for each in told["layers"] if each["file"] in LAYERS}


def _fate(layer: dict[str, object], stops: list[str]) -> str:
    named = any(f"({layer['file']})" in stop for stop in stops)
    if "rows_in" not in layer:
        return "refused" if named else "neither read nor refused"
    rows = [int(str(layer[key])) for key in ("used", "repaired", "rejected")]
    if sum(rows) != layer["rows_in"]:
        return "books that do not balance"
    return "refused" if named else "read"


def _warm(folder: Path) -> None:
    """Read every sound file once in this process, from which all others are forked; raises RuntimeError if one is refused."""
    build_commands_once()
    asked = [
        ["check", str(folder / "all.yaml"), "--json"],
        ["run", str(folder / "c.csv.yaml"), "--out", str(folder / "warm")],
    ]
    for words in asked:
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
            code = run_call(call(words, {}))
        if code:
            raise RuntimeError(out.getvalue())
    gc.collect()
    gc.freeze()


def _hunt_apart(job: tuple[Iterable[int], int, int, float]) -> Hunted:
    with tempfile.TemporaryDirectory() as folder:
        return hunt(Path(folder), *job)


def main() -> int:
    """Run the campaign; return 1 if any fault was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    until = time.monotonic() + 60 * asked.minutes
    share = -(-asked.files // asked.workers)
    jobs = [(itertools.count(first, asked.workers), share, asked.seed, until) for first in range(asked.workers)]
    found = Hunted()
    with multiprocessing.get_context("spawn").Pool(asked.workers) as pool:
        for each in pool.imap_unordered(_hunt_apart, jobs):
            found.add(each)
    sys.stdout.write("".join(f"{fault}\n" for fault in found.faults[:40]))
    record(
        "mutants",
        damaged_files=found.ended.total(),
        formats=len(LAYERS),
        read_and_accounted_for=found.ended["read"],
        refused_in_words=found.ended["refused"],
        tracebacks_hangs_over_2_gb=len(found.faults),
        slowest_s=round(found.slowest_s, 1),
        most_memory_mb=round(found.largest_mb),
    )
    return int(bool(found.faults))
