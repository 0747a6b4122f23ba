"""What siting models are given, read and checked: every fault is named with its place, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array, issparse

from geo.siting.deadline import Deadline
from geo.siting.table import Table, table_of
from layers.problems import InputError, Problem
from layers.text import Text, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# So many values of one kind are named; the others are counted.
NAMED = 5


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, where: str, what: Text, fix: Text) -> None:
        """Note one fault."""
        self.problems.append(Problem(where, what, fix))

    def note(self, wrong: Flags, where: Callable[[int], str], value: Numbers, allowed: Text) -> None:
        """Note the values that are wrong; the first few by name."""
        rows = np.flatnonzero(wrong)
        for row in rows[:NAMED].tolist():
            self.add(where(row), say("siting.number", value=str(value[row]), allowed=allowed), say("siting.number_fix"))
        if len(rows) > NAMED:
            more = say("siting.and_more", count=len(rows) - NAMED)
            self.add(where(int(rows[NAMED])), more, say("siting.number_fix"))

    def end(self) -> None:
        """Raise InputError with every fault, if there is any."""
        if self.problems:
            raise InputError(self.problems)


def read_serves(serves: Any, faults: Faults, *, is_share: bool) -> Table:
    """Return who serves whom from a table sites x demand: dense, or sparse, where what is not stored is 0.

    `is_share`: the numbers say how well, from 0 to 1; else every number but 0 is a yes.
    """
    site, demand, number, shape = _entries("serves", serves, faults, is_stored=lambda table: table != 0)
    faults.note(np.isnan(number), _cell("serves", site, demand), number, say("siting.text"))
    if is_share:
        wrong = (number < 0) | (number > 1)
        faults.note(wrong, _cell("serves", site, demand), number, say("siting.share"))
    else:
        number = np.ones(len(number))
    faults.end()
    return table_of(*shape, site, demand, number)


def read_costs(cost: Any, faults: Faults) -> Table:
    """Return the costs of a table sites x demand: dense, where inf is "cannot", or sparse, where what is not stored is."""
    site, demand, number, shape = _entries("cost", cost, faults, is_stored=lambda table: table != np.inf)
    wrong = np.isnan(number) | (number < 0)
    faults.note(wrong, _cell("cost", site, demand), number, say("siting.cost"))
    faults.end()
    return table_of(*shape, site, demand, number, np.isfinite(number))


def _cell(name: str, site: Whole, demand: Whole) -> Callable[[int], str]:
    return lambda entry: f"{name}[{site[entry]}, {demand[entry]}]"


def _entries(
    name: str, table: Any, faults: Faults, *, is_stored: Callable[[Numbers], Flags]
) -> tuple[Whole, Whole, Numbers, tuple[int, int]]:
    """Return site, demand and number of each stored entry, and the shape."""
    if issparse(table):
        matrix = table.tocsr() if table.ndim == 2 else table
        _two_dimensions(name, matrix.shape, faults)
        matrix = coo_array(matrix)
        site, demand = matrix.coords
        keep = matrix.data != 0 if name == "serves" else np.ones(len(matrix.data), dtype=bool)
        rows, columns = site[keep].astype(np.int64), demand[keep].astype(np.int64)
        return rows, columns, matrix.data[keep].astype(float), matrix.shape
    dense = _as_numbers(name, table, faults)
    _two_dimensions(name, dense.shape, faults)
    site, demand = np.nonzero(is_stored(dense))
    return site.astype(np.int64), demand.astype(np.int64), dense[site, demand], dense.shape


def _two_dimensions(name: str, shape: tuple[int, ...], faults: Faults) -> None:
    if len(shape) != 2:
        faults.add(name, say("siting.shape", shape=str(shape)), say("siting.shape_fix"))
        faults.end()


def _as_numbers(name: str, values: Any, faults: Faults) -> Numbers:
    try:
        numbers: Numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as fault:
        what = say("siting.number", value=str(fault), allowed=say("siting.text"))
        faults.add(name, what, say("siting.number_fix"))
        faults.end()
        raise
    return numbers


def read_amounts(name: str, values: Any, wanted: int, faults: Faults, *, may_be_inf: bool = False) -> Numbers:
    """Return one number for each of so many rows, each finite (or inf, if it may be) and not negative."""
    numbers = _as_numbers(name, values, faults)
    if numbers.shape != (wanted,):
        given = len(numbers) if numbers.ndim == 1 else str(numbers.shape)
        faults.add(name, say("siting.length", given=given, wanted=wanted), say("siting.length_fix"))
        faults.end()
    wrong = np.isnan(numbers) | (numbers < 0) | (np.isinf(numbers) & (not may_be_inf))
    faults.note(wrong, lambda row: f"{name}[{row}]", numbers, say("siting.not_negative"))
    return numbers


def read_number(name: str, value: Any, faults: Faults, allowed: Text, is_right: Callable[[float], bool]) -> float:
    """Return one number that is right."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not is_right(number):  # also where it is NaN
        faults.add(name, say("siting.number", value=str(value), allowed=allowed), say("siting.number_fix"))
    return number


def read_count(name: str, value: Any, faults: Faults) -> int:
    """Return a whole number that is not negative."""
    number = read_number(name, value, faults, say("siting.whole"), lambda x: x >= 0 and x == np.floor(x) and x < np.inf)
    return int(number) if number >= 0 and np.isfinite(number) else 0


def read_share(name: str, value: Any, faults: Faults) -> float:
    """Return a number between 0 and 1."""
    return read_number(name, value, faults, say("siting.fraction"), lambda x: 0 <= x <= 1)


def read_effort(gap: Any, time_limit_s: Any, begun_s: float, faults: Faults) -> tuple[float, Deadline]:
    """Return the gap (not negative) and the time (more than 0), which runs since `begun_s` of the clock."""
    least = read_number("gap", gap, faults, say("siting.not_negative"), lambda x: 0 <= x < np.inf)
    time_s = read_number("time_limit_s", time_limit_s, faults, say("siting.positive"), lambda x: x > 0)
    return least, Deadline.after(time_s, begun_s)


def read_flags(name: str, rows: Any, sites: int, faults: Faults) -> Flags:
    """Return for each site whether it is one of these."""
    flags = np.zeros(sites, dtype=bool)
    flags[read_sites(name, rows, sites, faults)] = True
    return flags


def read_sites(name: str, rows: Any, sites: int, faults: Faults) -> Whole:
    """Return site numbers in rising order, each once, from numbers or from one yes or no for each site."""
    given = np.asarray(list(rows) if isinstance(rows, Iterable) else [rows])
    if given.dtype == bool and given.shape == (sites,):
        return np.flatnonzero(given)
    if not len(given):
        return np.zeros(0, dtype=np.int64)
    numbers = _as_numbers(name, given, faults)
    wrong = (numbers < 0) | (numbers >= sites) | (numbers != np.floor(numbers)) | np.isnan(numbers)
    for row in np.flatnonzero(wrong)[:NAMED].tolist():
        faults.add(f"{name}[{row}]", say("siting.site", site=str(given[row]), sites=sites), say("siting.site_fix"))
    return np.unique(numbers[~wrong].astype(np.int64))
