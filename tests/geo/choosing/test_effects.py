"""The flat form counts what the definition counts, and what the state of the rules counts."""

from __future__ import annotations

import random

import numpy as np
import pytest

from geo.choosing.effects import effects
from geo.weights import rule_weight
from geo.worth import Worth
from tests.geo.choosing.worlds import plainly, random_rules
from tests.geo.test_worth_real_rules import town_and_projects


def test_need_of_every_set_is_that_of_the_definition():
    for seed in range(40):
        rng = random.Random(seed)
        rules = random_rules(rng, 5)
        flat = effects(rules, 5)
        weight = np.array([1.0, 2.0, 4.0, 0.5])
        equity = {"U1": 0.7, "U2": 1.5, "": 1.0}
        value = flat.values(weight, np.array([equity[unit] for unit in flat.units]))
        for _ in range(12):
            chosen = np.array([rng.random() < 0.5 for _ in range(5)])
            expected = plainly(rules, set(np.flatnonzero(chosen).tolist()), weight, equity)
            assert flat.worth(chosen, value) == pytest.approx(expected, abs=1e-6), seed


def test_homes_that_the_same_projects_would_serve_are_one_number():
    for seed in range(5):
        world, seen, projects = town_and_projects(seed)
        flat = Worth(seen, projects, world).effects()
        filled_by = {}
        for project, part in zip(flat.project.tolist(), flat.part.tolist(), strict=True):
            filled_by.setdefault(part, []).append(project)
        alone = np.bincount(flat.part_slot, minlength=len(flat.slot_rule))[flat.part_slot] == 1
        keys = [
            (flat.slot_rule[slot], flat.slot_unit[slot], tuple(filled_by[part]))
            for part, slot in enumerate(flat.part_slot.tolist())
            if alone[part] and flat.slot_most[slot] >= 1
        ]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("seed", range(4))
def test_flat_form_agrees_with_the_state_of_the_rules_for_growing_sets(seed):
    world, seen, projects = town_and_projects(seed)
    worth = Worth(seen, projects, world)
    flat = worth.effects()
    value = flat.values(np.array([rule_weight(one.rule) for one in seen.values()]), np.ones(len(flat.units)))
    chosen, need = np.zeros(len(projects), bool), 0.0
    for i in random.Random(seed).sample(range(len(projects)), len(projects)):
        need += worth.gain(i).need
        worth.take(i)
        chosen[i] = True
        assert flat.worth(chosen, value) == pytest.approx(need, abs=1e-5)
