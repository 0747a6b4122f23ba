"""Two-step floating catchment against published answers, a slow reading of the definition, and its invariant."""

from __future__ import annotations

import random
from math import exp, inf

import numpy as np
import pytest
from scipy.sparse import csr_array

from geo.access import exponential, gaussian, step, two_step

# The hospital example of pysal/access (tests/test_hospital_example.py): tracts 1 and 2 are suburbs, 3 is the city.
DOCTORS, PEOPLE = [15, 20, 100], [100, 50, 10]
PUBLISHED = {
    "s0": (40, 40, 80, [0.331444, 0.579828, 7.286418]),
    "s1": (20, 40, 80, [0.435340, 0.683724, 5.727977]),
    "s2": (40, 20, 80, [0.331072, 0.577858, 7.299992]),
    "s3": (20, 20, 40, [0.442568, 0.666758, 5.740525]),
}


def gravity(cost):
    return 1 / cost


def trips(inbound: float, outbound: float, across: float) -> np.ndarray:
    """Return supply x demand: row 3 is what it costs to get to the city."""
    return np.array([[1, across, outbound], [across, 1, outbound], [inbound, inbound, 1]], float)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_answers_of_the_hospital_example(name):
    *minutes, answer = PUBLISHED[name]
    access = two_step(DOCTORS, PEOPLE, trips(*minutes), cutoff=61, decay=gravity)
    assert access == pytest.approx(answer, abs=6e-7)
    assert np.dot(PEOPLE, access) == pytest.approx(sum(DOCTORS))


@pytest.mark.parametrize("name", PUBLISHED)
def test_sparse_costs_are_the_dense_ones(name):
    cost = trips(*PUBLISHED[name][:3])
    sparse = csr_array(np.where(cost <= 61, cost, 0))
    dense = two_step(DOCTORS, PEOPLE, cost, cutoff=61, decay=gravity)
    assert two_step(DOCTORS, PEOPLE, sparse, cutoff=61, decay=gravity) == pytest.approx(dense)


def test_pair_exactly_at_the_cutoff_counts_and_a_stored_zero_is_at_the_door():
    assert two_step([2], [4], [[500]], cutoff=500).tolist() == [0.5]
    assert two_step([2], [4], [[500.1]], cutoff=500).tolist() == [0]
    assert two_step([2], [4], csr_array(([0.0], ([0], [0])), shape=(1, 1)), cutoff=500).tolist() == [0.5]


def test_pairs_that_cannot_meet_and_supplies_that_nobody_reaches_add_nothing():
    assert two_step([2, 3], [4, 0], [[1, inf], [np.nan, 1]], cutoff=9).tolist() == [0.5, 0]


def test_decays_are_those_of_the_literature():
    thirds = np.array([0, 10, 10.01, 20, 20.01, 30])
    assert step(30)(thirds).tolist() == [1, 1, 0.68, 0.68, 0.22, 0.22]
    least = exp(-0.5)
    assert gaussian(30)(np.array([0, 15, 30])) == pytest.approx([1, (exp(-0.125) - least) / (1 - least), 0])
    assert exponential(30)(np.array([0, 15, 30])) == pytest.approx([1, 0.1, 0.01])


@pytest.mark.parametrize(("supply", "demand", "cost"), [([1], [1], [[1, 2]]), ([-1], [1], [[1]]), ([1], [inf], [[1]])])
def test_what_makes_no_sense_is_refused(supply, demand, cost):
    with pytest.raises(ValueError, match="must be"):
        two_step(supply, demand, cost, cutoff=5)


def slow(supply, demand, cost, cutoff, weigh):
    rows, columns = range(len(supply)), range(len(demand))
    inside = [[cost[f][d] <= cutoff for d in columns] for f in rows]
    load = [sum(demand[d] * weigh(cost[f][d]) for d in columns if inside[f][d]) for f in rows]
    return [sum(supply[f] / load[f] * weigh(cost[f][d]) for f in rows if inside[f][d] and load[f] > 0) for d in columns]


def test_answers_are_those_of_the_definition_and_nothing_of_the_supply_is_lost():
    for seed in range(300):
        rng = random.Random(seed)
        facilities, homes = rng.randint(1, 5), rng.randint(1, 8)
        supply = [rng.choice([0, 1, 7.5]) for _ in range(facilities)]
        demand = [rng.choice([0, 1, 3, 40]) for _ in range(homes)]
        cost = [[rng.choice([0, 5, 10, 20, 30, 31, inf]) for _ in range(homes)] for _ in range(facilities)]
        decay = rng.choice([None, step, exponential])
        weight = None if decay is None else decay(30)
        found = two_step(supply, demand, cost, cutoff=30, decay=weight)
        expected = slow(supply, demand, cost, 30, lambda c, w=weight: 1.0 if w is None else float(w(np.array([c]))[0]))
        assert found == pytest.approx(expected), seed
        used = [
            s
            for s, row in zip(supply, cost, strict=True)
            if any(c <= 30 and d for c, d in zip(row, demand, strict=True))
        ]
        assert np.dot(demand, found) == pytest.approx(sum(used)), seed
