"""Flips single bits of a task ledger, each anywhere in the file: every change of content must be noticed.

python -m tests.campaigns ledger_flips [FLIPS] [SEED]
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from layers.ledger.places import ledger_at
from layers.problems import PlannerError
from tests.campaigns._ledgers import events_of
from tests.campaigns._record import record
from tests.ledger.desks import claim, enter, item, new_ledger


def flips(count: int, seed: int, folder: Path) -> Counter[str]:
    """Return how many flips were noticed, changed nothing that is said, went unnoticed, or ended in anything else."""
    place = folder / "tasks.sqlite"
    new_ledger(place)
    with ledger_at(str(place)) as ledger:
        for turn in range(1, 31):
            ledger = enter(ledger, item).ledger
            ledger = enter(ledger, lambda state, turn=turn: claim(state, turn)).ledger
    events, whole = events_of(str(place)), place.read_bytes()
    rng, tally = random.Random(seed), Counter[str]()
    for _ in range(count):
        at, bit = rng.randrange(len(whole)), rng.randrange(8)
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
        try:
            tally["harmless" if events_of(str(place)) == events else "UNNOTICED"] += 1
        except PlannerError:
            tally["noticed"] += 1
        except Exception as error:
            tally[f"TRACEBACK {type(error).__name__}"] += 1
    return tally


def main() -> int:
    """Run the campaign; return 1 if a change of content went unnoticed or ended in a traceback."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        tally = flips(count, seed, Path(folder))
    wrong = sum(tally.values()) - tally["noticed"] - tally["harmless"]
    record(
        "ledger_flips",
        bits_flipped=count,
        noticed=tally["noticed"],
        changed_nothing_that_is_said=tally["harmless"],
        unnoticed_or_traceback=wrong,
    )
    return int(bool(wrong))
