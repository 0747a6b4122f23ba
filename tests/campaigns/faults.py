"""Runs that are killed at any moment or find the disk full: the results from before stay whole, and exit code 3 says so.

python -m tests.campaigns faults [--kills 60] [--disks 25] [--seed 1]     (full disks need the right to mount)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.campaigns._record import record

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "examples" / "dongtang" / "plan.yaml"


def state(out: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a result, the timings aside, that a reader would find there."""
    found = {}
    for path in sorted(out.iterdir()) if out.is_dir() else []:
        data = path.read_bytes()
        if path.name == "run.json":
            content = json.loads(data)
            content.pop("timings")
            data = json.dumps(content).encode()
        found[path.name] = hashlib.sha256(data).hexdigest()
    return found


def started(out: Path, budget: int) -> subprocess.Popen[bytes]:
    """Start a run into that folder; another budget makes another result."""
    command = [sys.executable, "-m", "maps", "run", str(PLAN), "--out", str(out), "--budget", str(budget)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=-3, stderr=-1)


def killed(folder: Path, kills: int, seed: int) -> tuple[int, int, list[str]]:
    """Return in how many of the kills the old and the new results were found, and what was wrong with the others."""
    out, old_found, new_found, wrong = folder / "out", 0, 0, []
    results = {}
    for budget in (100_000, 900_000):
        begun = time.monotonic()
        started(out, budget).communicate()
        took_s = time.monotonic() - begun
        results[budget] = state(out)
    rng, last = random.Random(seed), 900_000
    for number in range(kills):
        other = 100_000 if last == 900_000 else 900_000
        process = started(out, other)
        # most kills fall where files are written, near the end
        time.sleep(took_s * rng.choice([rng.random(), rng.uniform(0.6, 1.1)]))
        process.kill()
        process.communicate()
        now = state(out)
        if now == results[last]:
            old_found += 1
        elif now == results[other]:
            new_found, last = new_found + 1, other
        else:
            wrong.append(f"kill {number}: neither the old results nor the new")
    left = [
        path.name
        for path in folder.iterdir()
        if path.name != "out" and ".new-" not in path.name and ".old-" not in path.name
    ]
    return old_found, new_found, wrong + left


def full(folder: Path, disks: int) -> tuple[int, list[str]]:
    """Return how many full disks were tried, and what was wrong: each smaller than the results need by another amount."""
    sound = folder / "sound"
    started(sound, 900_000).communicate()
    needs = sum(path.stat().st_size for path in sound.iterdir())
    wrong, tried = [], 0
    for number in range(disks):
        disk = folder / f"disk{number}"
        disk.mkdir()
        size = needs + int(needs * (0.02 + 0.95 * number / disks))  # room for the old results and a part of the new
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], check=False).returncode:
            sys.stdout.write("full disks: skipped, this user may not mount\n")
            return 0, wrong
        try:
            shutil.copytree(sound, disk / "out")
            before = state(disk / "out")
            process = started(disk / "out", 100_000)
            said = process.communicate()[1].decode("utf-8", "replace")
            tried += 1
            if process.returncode != 3 or state(disk / "out") != before or len(said.strip().splitlines()) != 1:
                wrong.append(f"disk of {size} bytes: exit {process.returncode}: {said[-200:]}")
            if [path.name for path in disk.iterdir()] != ["out"]:
                wrong.append(f"disk of {size} bytes: something is left behind")
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    return tried, wrong


def main() -> int:
    """Run the campaign; return 1 if any result was found broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--disks", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as there:
        old, new, wrong = killed(Path(there), asked.kills, asked.seed)
    with tempfile.TemporaryDirectory() as there:
        tried, more = full(Path(there), asked.disks)
    sys.stdout.write("".join(f"{each}\n" for each in [*wrong, *more]))
    record(
        "faults",
        kills=asked.kills,
        old_results_found_whole=old,
        new_results_found_whole=new,
        full_disks=tried,
        results_lost_or_mixed=len(wrong) + len(more),
    )
    return int(bool(wrong or more))
