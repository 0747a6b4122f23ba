"""Files of every format with damaged bytes through the command line: no traceback, no hang, no more than 2 GB, no silence.

python -m tests.campaigns mutants [--files 20000] [--seed 1] [--minutes 60]
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from maps.cli import call, run_call
from tests.campaigns._child import Ran, run
from tests.campaigns._files import FORMATS, plan, written
from tests.campaigns._record import record

WALL_S = 30.0
MOST_MB = 2048
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


def hunt(folder: Path, files: int, seed: int, until: float) -> tuple[Counter[str], list[str], float, float]:
    """Return how the damaged files ended, the faults found, and the longest time and most memory taken."""
    sound = written(folder)
    for name in FORMATS.values():
        (folder / f"{name}.yaml").write_text(plan(name), "utf-8")
    _warm(folder)
    ended: Counter[str] = Counter()
    faults: list[str] = []
    slowest = largest = 0.0
    names = sorted(FORMATS)
    for number in range(files):
        if time.monotonic() > until:
            break
        name = names[number % len(names)]
        rng = random.Random(f"{seed}/{number}")
        data = damaged(sound[name], rng)
        (folder / name).write_bytes(data)
        ran = run(["check", str(folder / f"{FORMATS[name]}.yaml"), "--json"], wall_s=WALL_S)
        (folder / name).write_bytes(sound[name])
        ended["read" if ran.code == 0 else "refused" if ran.code == 2 else "failed"] += 1
        slowest, largest = max(slowest, ran.seconds), max(largest, ran.peak_mb)
        if fault := fault_of(ran):
            faults.append(f"{name} number {number}: {fault}: {ran.text[-300:]}")
    return ended, faults, slowest, largest


def _warm(folder: Path) -> None:
    """Read every sound file once in this process, from which all others are forked; raises RuntimeError if one is refused."""
    for name in sorted(set(FORMATS.values())):
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
            code = run_call(call(["check", str(folder / f"{name}.yaml"), "--json"], {}))
        if code:
            raise RuntimeError(out.getvalue())
    gc.collect()
    gc.freeze()


def main() -> int:
    """Run the campaign; return 1 if any fault was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    asked = parser.parse_args()
    until = time.monotonic() + 60 * asked.minutes
    with tempfile.TemporaryDirectory() as folder:
        ended, faults, slowest, largest = hunt(Path(folder), asked.files, asked.seed, until)
    sys.stdout.write("".join(f"{fault}\n" for fault in faults[:20]))
    record(
        "mutants",
        damaged_files=ended.total(),
        formats=len(FORMATS),
        read_and_accounted_for=ended["read"],
        refused_in_words=ended["refused"],
        tracebacks_hangs_over_2_gb=len(faults),
        slowest_s=round(slowest, 1),
        most_memory_mb=round(largest),
    )
    return int(bool(faults))
