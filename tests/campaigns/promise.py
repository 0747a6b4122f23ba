"""Promise is proof: what projects, lists and best sets promise against two full assessments, in thousands of made worlds.

    python -m tests.campaigns promise [--worlds 2000] [--seed 0]

Each world is a town of random villages, homes, roads, lamps, facilities and staff under rules of five types, two of them
by different ways. Three things are asked of it: that every project alone, that the list down to the budget line, and that
the best set close just the need, and serve just the people, that a second assessment with their edits applied finds; and
that `compare` shows these people place by place. Ends with 1 if anything differs.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from geo.assessment import Assessment, assess
from geo.compare import compare, found
from geo.projects import Project
from geo.worth import Worth, closed
from layers.layer import Layers
from layers.plan import Plan, Settings
from layers.rankingoptions import Equity, RankingOptions
from tests.geo.test_worth_real_rules import random_town, rules_of

EXACT = 1e-6


def main() -> int:
    """Print what differs and how much was looked at; return 1 if anything differed."""
    parser = argparse.ArgumentParser(prog=sys.argv[0])
    parser.add_argument("--worlds", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    looked_at, wrong = 0, 0
    for seed in range(given.seed, given.seed + given.worlds):
        for name, fault in faults(seed):
            looked_at += 1
            if fault:
                wrong += 1
                print(f"world {seed}: {name}: {fault}")
    print(f"{given.worlds} worlds, {looked_at} promises looked at, {wrong} not kept")
    return int(wrong > 0)


def faults(seed: int) -> Iterator[tuple[str, str]]:
    """Yield each promise of that world with what is wrong with it, "" if it is kept."""
    rng = random.Random(seed)
    layers, rules = random_town(rng), rules_of(rng)
    options = RankingOptions(equity=Equity(exponent=0), draws=rng.choice([0, 5]))
    budget = rng.choice([0.0, 2e4, 1e5, 1e6])
    plan = Plan(Settings(name="村", budget=budget, ranking=options), {}, tuple(rules), Path(), "plan.yaml", "")
    before = assess(plan, layers)
    worth = Worth(before.coverages, before.candidates, before.world)
    for i in rng.sample(range(len(before.candidates)), min(5, len(before.candidates))):
        project, gain = before.candidates[i], worth.gain(i)
        yield project.id, _differs(before, layers, [project], gain.need, dict(gain.served))
    bought = [row for row in before.ranked if row.in_budget]
    people = {rule_id: sum(dict(row.served).get(rule_id, 0.0) for row in bought) for rule_id in before.coverages}
    yield (
        "the list",
        _differs(before, layers, [row.project for row in bought], sum(r.need_closed for r in bought), people),
    )
    if before.portfolio:
        chosen = [project for project in before.candidates if project.id in before.portfolio.projects]
        yield "the best set", _differs(before, layers, chosen, before.portfolio.need, None)
        least = before.portfolio.order_need
        yield "the best set is no worse than the list", "" if before.portfolio.need >= least - EXACT else str(least)


def _differs(
    before: Assessment, layers: Layers, done: Sequence[Project], need: float, served: Mapping[str, float] | None
) -> str:
    """Return what a second assessment finds otherwise than promised, rule by rule and place by place; "" if nothing."""
    after = assess(before.plan, layers.with_edits(tuple(edit for project in done for edit in project.edits)))
    proof = {id_: closed(seen, after.coverages[id_].measured) for id_, seen in before.coverages.items()}
    if abs(sum(one for one, _ in proof.values()) - need) > EXACT:
        return f"need {need} promised, {sum(one for one, _ in proof.values())} found"
    shown = compare(found(before), found(after)).rules["people_served"]
    for id_, (_, people) in proof.items():
        promised = people if served is None else served.get(id_, 0.0)
        if abs(people - promised) > EXACT or abs(shown[id_] - promised) > EXACT:
            return f"{id_}: {promised} people promised, {people} found, {shown[id_]} shown by compare"
    return ""
