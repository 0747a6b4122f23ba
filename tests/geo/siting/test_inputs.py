"""What is wrong with a table or a number is said with its place, all at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, csc_matrix, csr_array

from geo.siting import Cap, max_coverage, p_center, p_median, set_cover
from layers.problems import InputError

SERVES = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]])


@pytest.mark.parametrize(
    "table",
    [
        SERVES,
        SERVES.astype(bool),
        SERVES.tolist(),
        csr_array(SERVES),
        csc_matrix(SERVES),
        coo_array(SERVES.astype(bool)),
        pd.DataFrame(SERVES, index=list("abc")),
        csr_array(SERVES.astype(np.float32)),
    ],
)
def test_any_kind_of_table_is_read(table):
    assert max_coverage(table, [1, 2, 3, 4], count=2).sites == (1, 2)
    assert max_coverage(table, pd.Series([1, 2, 3, 4], index=list("wxyz")), count=2).objective == 9
    assert set_cover(table).sites == (0, 1, 2)


def test_a_stored_zero_is_a_cost_of_nothing_and_what_is_not_stored_cannot():
    cost = csr_array(([0.0, 5.0], ([0, 1], [0, 0])), shape=(2, 2))
    result = p_median(cost, [1, 1], count=1)
    assert (result.sites, result.objective, result.status, result.unserved) == ((0,), 0.0, "infeasible", (1,))


def test_serving_a_little_or_nothing_is_not_serving():
    result = max_coverage(csr_array(([0.0, 1.0], ([0, 1], [0, 0])), shape=(2, 1)), [3], count=1)
    assert result.sites == (1,)


def faults(call) -> list[str]:
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value).splitlines()


def test_every_wrong_number_is_named_with_its_place():
    table = SERVES.astype(float)
    table[1, 2], table[2, 3] = np.nan, 7
    assert faults(lambda: max_coverage(table, [1, 2, 3, 4], count=1)) == [
        "serves[1, 2]: nan cannot be used: it is not a number Correct this value.",
        "serves[2, 3]: 7.0 cannot be used: how well a site serves is between 0 and 1 Correct this value.",
    ]
    assert faults(lambda: max_coverage(SERVES, [1, -2, np.nan, 4], count=-1, fixed=[5], gap=-1)) == [
        "weight[1]: -2.0 cannot be used: it must be finite and not negative Correct this value.",
        "weight[2]: nan cannot be used: it must be finite and not negative Correct this value.",
        "gap: -1 cannot be used: it must be finite and not negative Correct this value.",
        "fixed[0]: there is no site 5; the 3 sites are numbered from 0 Give the row numbers of sites in the table.",
        "count: -1 cannot be used: it must be a whole number, not negative Correct this value.",
    ]


def test_many_wrong_numbers_are_counted():
    said = faults(lambda: p_median(np.full((3, 4), -1.0), [1, 1, 1, 1], count=1))
    assert len(said) == 6
    assert said[-1].startswith("cost[1, 1]: 7 more like it")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: set_cover([1, 0]), "serves: this must be a table of sites x demand, and has the shape (2,)"),
        (
            lambda: set_cover([["a"]]),
            "serves: could not convert string to float: 'a' cannot be used: it is not a number",
        ),
        (lambda: max_coverage(SERVES, [1, 2], count=1), "weight: 2 values where there must be 4"),
        (lambda: max_coverage(SERVES, [1] * 4), "count: neither count nor budget is given"),
        (lambda: max_coverage(SERVES, [1] * 4, budget=3), "budget: budget is given without cost"),
        (lambda: max_coverage(SERVES, [1] * 4, count=1.5), "count: 1.5 cannot be used: it must be a whole number"),
        (lambda: max_coverage(SERVES, [1] * 4, count=1, fixed=[0, 1]), "count: the fixed sites use 2, more than the 1"),
        (lambda: max_coverage(SERVES, [1] * 4, count=3, fixed=[0, 1], exclusive=[[0, 1]]), "exclusive[0]: the fixed"),
        (
            lambda: max_coverage(SERVES, [1] * 4, count=3, caps=[Cap([9], count=1)]),
            "caps[0].sites[0]: there is no site 9",
        ),
        (
            lambda: max_coverage(SERVES, [1] * 4, count=1, backup=2),
            "backup: 2 cannot be used: it must be between 0 and 1",
        ),
        (lambda: max_coverage(SERVES, [1] * 4, count=1, backup=0.5, capacity=[1] * 3), "capacity: capacity and backup"),
        (lambda: max_coverage(SERVES, [1] * 4, count=1, time_limit_s=0), "time_limit_s: 0 cannot be used"),
        (lambda: set_cover(SERVES, cost=[1, np.inf, 1]), "cost[1]: inf cannot be used: it must be finite"),
        (lambda: p_median([[1.0, np.nan]], [1, 1], count=1), "cost[0, 1]: nan cannot be used: a cost is not negative"),
        (lambda: p_median([[1.0]], [1], count=0, fixed=[0]), "count: the fixed sites use 1, more than the 0"),
        (lambda: p_center([[1.0]], count=0, fixed=[0]), "count: the fixed sites use 1, more than the 0"),
    ],
)
def test_what_is_wrong_is_said(call, said):
    assert faults(call)[0].startswith(said)


def test_fixed_may_be_a_flag_for_each_site():
    assert 0 in max_coverage(SERVES, [1, 2, 3, 4], count=2, fixed=np.array([True, False, False])).sites


def test_nothing_to_choose_from_or_nobody_to_serve_is_an_answer():
    nobody, nothing = np.zeros((3, 0)), np.zeros((0, 3))
    assert max_coverage(nobody, [], count=1).objective == 0
    assert set_cover(nobody).sites == ()
    assert set_cover(nothing).unserved == (0, 1, 2)
    assert p_median(nothing, [1, 1, 1], count=2).unserved == (0, 1, 2)
    assert p_center(nobody, count=1).objective == 0
    assert max_coverage(nothing, [1, 1, 1], count=1).unserved == (0, 1, 2)


def test_demand_that_no_site_serves_is_named_and_the_rest_is_seen_to():
    cost = np.array([[1.0, 9.0, np.inf], [8.0, 2.0, np.inf]])
    for result in (p_median(cost, [1, 1, 1], count=2), p_center(cost, count=2), set_cover(np.isfinite(cost))):
        assert (result.status, result.unserved) == ("infeasible", (2,))
        assert str(result.remedy) == (
            "1 demand rows are served by no site (2); the others are seen to. Add sites for them, or allow a longer way."
        )
    assert p_median(cost, [1, 1, 1], count=2).objective == 3
    assert p_center(cost, count=2).objective == 2


def test_too_few_sites_are_said_to_be_with_how_many_it_takes():
    cost = np.where(np.eye(4) > 0, 1.0, np.inf)
    for result in (p_median(cost, [1, 1, 1, 1], count=3), p_center(cost, count=3)):
        assert result.status == "infeasible"
        assert len(result.unserved) == 1
        assert str(result.remedy) == "3 sites are too few: to serve every demand that can be served takes 4"
        assert result.remedy.in_("zh") == "3 个选址点不够：要让其余需求点都得到服务，至少需要 4 个"
