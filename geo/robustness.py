"""How firmly each project stands on its side of the budget line when weights and costs are not what we took them for.

The list is worked out anew a thousand times and more, with every weight and cost drawn over its range, always the same
draws. Beside that one thing is changed at a time: each rule's weight, step by step, until a project changes sides, and
each project's own cost, to the most it may be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from geo.choosing.batch import Draws, taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.choosing.effects import Effects
    from geo.choosing.limits import Limits
    from geo.projects import Project

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Flags = NDArray[np.bool_]

Firm = Literal["in", "edge", "out"]

# Which share of the draws makes a project firmly in or out (DOMAIN 4.2, mark I).
FIRMLY_IN, FIRMLY_OUT = 0.9, 0.1
# Exponents of equity that are drawn: what the EU guide to cost-benefit analysis gives (DOMAIN 4.1).
EXPONENTS = (0.3, 1.2)
# The rank interval leaves out one draw in twenty at either end.
INTERVAL = (0.05, 0.95)
# By what a weight is multiplied, or divided, in search of the change that moves a project over the line.
FACTORS = (1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0)
# So many projects inside the line, from the lowest up, are tried at the most they may cost.
TRIED_DEAR = 1_000
SEED = 20_261_120


@dataclass(frozen=True)
class Flip:
    """The smallest change of one weight, of those tried, that moves a project over the line: rule `rule_id` x `factor`."""

    rule_id: str
    factor: float


@dataclass(frozen=True)
class Standing:
    """How firmly one project stands.

    `stays_in` is the share of draws in which it is inside the budget, `ranks` the places it has in nine draws of ten
    (None: not inside the budget there). `flip` is None where no weight, changed up to fivefold either way, moves it.
    `bears_high_cost` says whether it is still inside when it alone costs the most it may; None outside the budget.
    """

    stays_in: float
    ranks: tuple[int | None, int | None]
    flip: Flip | None
    bears_high_cost: bool | None

    @property
    def firm(self) -> Firm:
        """Firmly in (稳入选), on the edge (边缘), or firmly out (稳落选)."""
        return "in" if self.stays_in >= FIRMLY_IN else "out" if self.stays_in <= FIRMLY_OUT else "edge"


@dataclass(frozen=True)
class Robustness:
    """The standing of each project by id, and what was drawn: how often, each weight up to so many times more or less."""

    draws: int
    weight_range: float
    standing: Mapping[str, Standing]


@dataclass(frozen=True)
class Shaken:
    """What is shaken: the projects with their effects and limits, the weight of each rule, each unit's disadvantage.

    `exponent` is that of equity (0: none, and none is drawn); `safety` marks rules of the safety net, if those come first.
    """

    projects: Sequence[Project]
    effects: Effects
    limits: Limits
    rule_ids: Sequence[str]
    weight: Numbers
    disadvantage: Numbers
    exponent: float
    safety: Flags | None
    inside: tuple[int, ...] = ()


def robustness(shaken: Shaken, *, draws: int, weight_range: float, seed: int = SEED) -> Robustness:
    """Return how firmly each project stands after so many draws; the same seed gives the same answer."""
    prices = _Prices.of(shaken.projects)
    drawn = _drawn(shaken, prices, draws, weight_range, np.random.default_rng(seed))
    steps = _one_weight_at_a_time(shaken, prices)
    mid = prices.build(prices.mid[None])[0]
    when = taken(
        shaken.effects, _stacked(drawn, steps.draws), shaken.limits, mid, safety=shaken.safety, inside=shaken.inside
    )
    by_draw, by_step = when[:draws], when[draws:] > 0
    is_in = by_step[0]
    bears = _bears_high_cost(shaken, prices, when[draws], mid)
    flips = _flips(by_step, steps, shaken.rule_ids)
    share = (by_draw > 0).mean(axis=0) if draws else is_in.astype(float)
    low, high = _ranks(by_draw) if draws else (when[draws], when[draws])
    standing = {
        project.id: Standing(float(share[i]), (_rank(low[i]), _rank(high[i])), flips[i], bears.get(i))
        for i, project in enumerate(shaken.projects)
    }
    return Robustness(draws, weight_range, standing)


@dataclass(frozen=True)
class _Prices:
    """What one of each project's amount costs, in yuan, with what turns it into costs; arrays by project."""

    amount: Numbers
    low: Numbers
    mid: Numbers
    high: Numbers
    life_years: Numbers
    yearly: Numbers
    kind: Rows  # projects of one kind are the same work at the same price

    @staticmethod
    def of(projects: Sequence[Project]) -> _Prices:
        costs = [project.cost for project in projects]
        kinds = {(project.action, project.cost): 0 for project in projects}
        number = {kind: i for i, kind in enumerate(kinds)}
        low, mid, high, life_years, yearly = (
            np.array([getattr(cost, name) for cost in costs], float)
            for name in ("low", "mid", "high", "life_years", "yearly")
        )
        amount = np.array([project.amount for project in projects], float)
        kind = np.array([number[project.action, project.cost] for project in projects], np.intp)
        return _Prices(amount, low, mid, high, life_years, yearly, kind)

    def build(self, price: Numbers) -> Numbers:
        """Return what everything costs to build at those prices."""
        return self.amount * price

    def life(self, price: Numbers) -> Numbers:
        """Return what everything costs over its life at those prices, as `Project.cost_life_cycle` does."""
        from geo.projects import HORIZON_YEARS

        return self.amount * (price / self.life_years + self.yearly) * HORIZON_YEARS

    def drawn(self, draws: int, rng: np.random.Generator) -> Numbers:
        """Return prices: half the way they all go for one kind of work (the market), half each project's own (the site)."""
        kinds = int(self.kind.max(initial=-1)) + 1
        market, site = rng.random((draws, kinds))[:, self.kind], rng.random((draws, len(self.mid)))
        return (self._triangular(market) + self._triangular(site)) / 2

    def _triangular(self, chance: Numbers) -> Numbers:
        """Return the prices below which that chance lies, if the mid price is the likeliest."""
        span = self.high - self.low
        split = np.divide(self.mid - self.low, span, out=np.ones_like(span), where=span > 0)
        rising = self.low + np.sqrt(chance * span * (self.mid - self.low))
        falling = self.high - np.sqrt((1 - chance) * span * (self.high - self.mid))
        return np.where(chance < split, rising, falling)


def _drawn(shaken: Shaken, prices: _Prices, draws: int, weight_range: float, rng: np.random.Generator) -> Draws:
    spread = np.log(weight_range)
    weight = shaken.weight * np.exp(rng.uniform(-spread, spread, (draws, len(shaken.weight))))
    exponent = rng.uniform(*EXPONENTS, (draws, 1)) if shaken.exponent else np.zeros((draws, 1))
    price = prices.drawn(draws, rng)
    return Draws(weight, shaken.disadvantage**exponent, prices.build(price), prices.life(price))


@dataclass(frozen=True)
class _Steps:
    """Everything as it is, then one rule's weight changed: `rule[k]` times `factor[k]` in row k + 1."""

    draws: Draws
    rule: Rows
    factor: Numbers


def _one_weight_at_a_time(shaken: Shaken, prices: _Prices) -> _Steps:
    used = np.unique(shaken.effects.slot_rule)
    factors = np.array([f for some in FACTORS for f in (1 / some, some)])
    rule, factor = np.repeat(used, len(factors)), np.tile(factors, len(used))
    weight = np.tile(shaken.weight, (len(rule) + 1, 1))
    weight[np.arange(len(rule)) + 1, rule] *= factor
    return _Steps(_as_costed(shaken, weight, prices.mid[None], prices), rule, factor)


def _as_costed(shaken: Shaken, weight: Numbers, price: Numbers, prices: _Prices) -> Draws:
    """Return draws of those weights and prices (a row for all, or one each), with equity as it is."""
    rows = len(weight)
    price = np.broadcast_to(price, (rows, price.shape[1]))
    equity = np.broadcast_to(shaken.disadvantage**shaken.exponent, (rows, len(shaken.disadvantage)))
    return Draws(weight, equity, prices.build(price), prices.life(price))


def _stacked(one: Draws, other: Draws) -> Draws:
    both = zip(
        (one.weight, one.equity, one.build, one.life),
        (other.weight, other.equity, other.build, other.life),
        strict=True,
    )
    return Draws(*(np.concatenate(pair) for pair in both))


def _flips(is_in: Flags, steps: _Steps, rule_ids: Sequence[str]) -> list[Flip | None]:
    """Return for each project the step nearest to no change in which it is on the other side of the line."""
    order = np.argsort(np.abs(np.log(steps.factor)), kind="stable")
    moved = is_in[1:][order] != is_in[0]
    if not len(moved):
        return [None] * is_in.shape[1]
    first = moved.argmax(axis=0)
    at = order[first]
    return [
        Flip(rule_ids[steps.rule[k]], float(steps.factor[k])) if moved[f, i] else None
        for i, (f, k) in enumerate(zip(first.tolist(), at.tolist(), strict=True))
    ]


def _bears_high_cost(shaken: Shaken, prices: _Prices, turn: Rows, mid: Numbers) -> dict[int, bool]:
    """Return which of the projects inside the line stay there when they alone cost the most they may."""
    inside = np.flatnonzero(turn)
    tried = inside[np.argsort(-turn[inside], kind="stable")][:TRIED_DEAR]
    price = np.tile(prices.mid, (len(tried), 1))
    row = np.arange(len(tried))
    price[row, tried] = prices.high[tried]
    dear = _as_costed(shaken, np.tile(shaken.weight, (len(tried), 1)), price, prices)
    when = taken(shaken.effects, dear, shaken.limits, mid, safety=shaken.safety, inside=shaken.inside)
    return dict(zip(tried.tolist(), (when[row, tried] > 0).tolist(), strict=True))


def _ranks(when: Rows) -> tuple[Rows, Rows]:
    """Return the ranks between which each project is in nine draws of ten; 0 where that is below the line."""
    below = when.shape[1] + 1
    ranks = np.sort(np.where(when > 0, when, below), axis=0)
    low, high = (ranks[round(share * (len(ranks) - 1))] for share in INTERVAL)
    return np.where(low == below, 0, low), np.where(high == below, 0, high)


def _rank(place: int) -> int | None:
    return int(place) or None
