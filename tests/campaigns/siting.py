"""Siting with every option beside every other, on thousands of tiny worlds, against trying every choice of sites.

    python -m tests.campaigns siting [--worlds N] [--first SEED]

The checks are those of tests/geo/siting/test_options.py, each world answered both ways: by HiGHS at once, and by the search
with its bounds as larger worlds are. Prints the first difference of each check, and returns 1 if there is any.
"""

from __future__ import annotations

import argparse
import warnings

from geo.siting import best, covers
from tests.geo.siting import test_options

CHECKS = (
    test_options.test_every_option_with_every_other_is_what_trying_all_choices_gives,
    test_options.test_capacities_with_every_other_option_are_what_trying_all_choices_gives,
    test_options.test_cheapest_cover_of_twins_and_fixed_sites_is_what_trying_all_choices_gives,
)


def main() -> int:
    """Run every check on every world, both ways."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns siting", description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1000)
    asked = parser.parse_args()
    warnings.simplefilter("error")
    wrong, tiny = 0, (best.TINY, covers.TINY)
    for way, limits in {"small": tiny, "searched": (0, 0)}.items():
        best.TINY, covers.TINY = limits
        for check in CHECKS:
            seeds = range(asked.first, asked.first + asked.worlds)
            differing = [(seed, said) for seed in seeds if (said := difference(check, seed))]
            wrong += len(differing)
            print(
                f"{check.__name__} ({way}): {len(differing)} of {asked.worlds} differ {differing[:1] or ''}", flush=True
            )
    best.TINY, covers.TINY = tiny
    return int(wrong > 0)


def difference(check, seed: int) -> str:
    """Return what is wrong in one world, "" if nothing is."""
    try:
        check(None, seed)
    except Exception as fault:
        return f"{type(fault).__name__}: {fault}".partition("\n")[0]
    return ""
