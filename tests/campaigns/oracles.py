"""Every rule type's verdicts and repairs against its brute-force oracle, on thousands of random small worlds.

    python -m tests.campaigns oracles [--worlds N] [--types quota,reach]

The checks are those of tests/geo, with their WORLDS set to N (default 2000). Verdicts are judged on all N; slow checks of
repairs look at a part of them or at a number of their own, as their code says. Prints for each check the first difference,
if there is any, and returns 1 then.
"""

from __future__ import annotations

import argparse
import importlib
import time
from types import ModuleType

# By rule type: the module of its tests, and those that loop over `WORLDS` or take a seed.
CHECKS = {
    "quota": ("test_quota", ["test_verdicts_are_those_of_the_oracle_on_random_villages"]),
    "presence": ("test_presence", ["test_verdicts_are_those_of_the_oracle_on_random_villages"]),
    "reach": ("test_reach", ["test_verdicts_are_those_of_the_oracle_on_random_towns"]),
    "along_road": (
        "test_along_road_oracle",
        [
            "test_verdicts_and_people_agree_with_the_ruler",
            "test_gaps_hold_every_short_road_and_projects_close_them_exactly",
        ],
    ),
    "spacing": (
        "test_spacing",
        [
            "test_longest_stretches_are_those_of_the_oracle",
            "test_every_short_road_is_in_a_gap_and_every_project_closes_what_it_names",
        ],
    ),
    "watch": (
        "test_watch_oracle",
        [
            "test_verdicts_and_people_agree_with_trigonometry",
            "test_projects_close_every_gap_and_promise_what_a_rerun_finds",
        ],
    ),
    "area": ("test_area", ["test_verdicts_are_those_of_the_oracle"]),
    "road_standard": (
        "test_road_standard",
        [
            "test_verdicts_and_dependants_are_those_of_the_oracle_on_random_towns",
            "test_ranked_list_gives_what_it_promises_and_leaves_nobody_without",
        ],
    ),
    "connect": (
        "test_connect",
        [
            "test_verdicts_and_least_upgrades_are_those_of_every_set_tried",
            "test_ranked_list_pays_for_no_road_twice_and_gives_what_it_promises",
        ],
    ),
    "detour": (
        "test_detour",
        [
            "test_ways_verdicts_and_shortest_links_are_those_of_the_oracle_on_random_towns",
            "test_ranked_list_gives_what_it_promises",
        ],
    ),
    "capacity": (
        "test_capacity",
        [
            "test_verdicts_are_those_of_the_oracle_on_random_towns",
            "test_each_project_alone_gives_what_it_promises_and_all_of_them_leave_only_homes_no_road_is_near",
        ],
    ),
    "chain": (
        "test_chain",
        [
            "test_where_all_is_known_verdicts_and_reasons_are_those_of_the_oracle",
            "test_each_project_alone_closes_its_gap_and_all_of_them_leave_nothing_that_can_be_closed",
        ],
    ),
    "interval": (
        "test_interval",
        ["test_days_and_silt_are_judged_as_the_oracle_does", "test_each_project_closes_its_gap_and_leaves_the_others"],
    ),
    "combine": (
        "test_combine",
        [
            "test_verdicts_are_those_of_the_oracle_on_random_towns",
            "test_each_project_gives_what_it_promises_and_so_do_all_of_them",
        ],
    ),
    "household": (
        "test_household",
        [
            "test_verdicts_are_those_of_the_oracle_however_much_is_coarsened",
            "test_each_project_closes_its_village_and_the_fast_path_agrees",
        ],
    ),
}


def main() -> int:
    """Run what is asked for; return 1 if a verdict or a promise differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns oracles", description=__doc__)
    parser.add_argument("--worlds", type=int, default=2000)
    parser.add_argument("--types", default=",".join(CHECKS))
    asked = parser.parse_args()
    wrong = 0
    for kind in asked.types.split(","):
        name, checks = CHECKS[kind]
        module = importlib.import_module(f"tests.geo.{name}")
        for check in checks:
            began = time.process_time()
            found = difference(module, check, asked.worlds)
            wrong += found is not None
            said = "0 differ" if found is None else f"DIFFERS: {found}"
            print(
                f"{kind:14} WORLDS={asked.worlds:<6} {said:10} {time.process_time() - began:7.1f} s  {check}",
                flush=True,
            )
    return int(wrong > 0)


def difference(module: ModuleType, check: str, worlds: int) -> str | None:
    """Return the first line of what differs when that check runs on so many worlds; None if nothing does."""
    function, before = getattr(module, check), getattr(module, "WORLDS", None)
    takes_seed = function.__code__.co_varnames[: function.__code__.co_argcount] == ("seed",)
    try:
        if takes_seed:
            for seed in range(worlds):
                function(seed)
        else:
            module.WORLDS = worlds  # type: ignore[attr-defined]
            function()
    except AssertionError as error:
        return (str(error).splitlines() or ["an assertion failed"])[0]
    finally:
        if before is not None:
            module.WORLDS = before  # type: ignore[attr-defined]
    return None
