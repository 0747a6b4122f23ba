"""How projects are ranked, as data: `ranking:` inside `plan:`. Nothing here changes what is short, only what comes first."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from layers.options import IsoDate, Typed

Disadvantage = Literal["old", "low_income", "disabled", "remote"]


class Equity(Typed):
    """How much more the need of disadvantaged villages counts: (disadvantage / average) to the power of `exponent`.

    0 counts everybody alike; 0.7 lies in the 0.3-1.2 that the EU guide to cost-benefit analysis works with. `by` are the
    disadvantages looked at, as far as there are data: the share of people over 60, on low income and disabled, and the
    minutes by road to `remote_from` (a village, or a kind of facility or point; without it nobody counts as remote).
    """

    exponent: float = Field(default=0.7, ge=0, le=3)
    by: tuple[Disadvantage, ...] = ("old", "low_income", "disabled", "remote")
    remote_from: str = ""


class Gates(Typed):
    """What a project must pass before it is ranked; what fails is listed with the reason.

    `land`: what is built stands on an idle parcel that is known to be free. `cost_cap` is the most one project may cost
    (yuan). `finish_by` is the day it must be done, from the day of the data and the weeks its rule's `cost` gives; a
    project of unknown duration does not pass. `funded` are ids of projects or gaps that another programme pays for.
    `confirmed` are ids of gaps that somebody has looked at on site: once any is given, only projects for those pass.
    """

    land: bool = False
    cost_cap: float | None = Field(default=None, gt=0)
    finish_by: IsoDate | None = None
    funded: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()


class Caps(Typed):
    """The most yuan of the budget that may go to one village, and to the projects of each department."""

    village: float | None = Field(default=None, gt=0)
    department: dict[str, float] = Field(default_factory=dict)


class RankingOptions(Typed):
    """Weights, gates, caps, and how hard the list is shaken.

    `weights` gives severities other weights than A 4, B 2, C 1. `draws` is how often weights and costs are drawn to see
    who stays in the budget (0: not at all); each rule's weight is drawn between 1/`weight_range` and `weight_range` times
    its own. `inside` and `outside` are ids of projects that are taken before all others, and of those left out.
    `alternatives` is how many next-best sets are worked out beside the best. `sensitivity` has the rules whose thresholds
    cannot be tried without measuring again measured again, at 80, 90, 110 and 120 % of each.
    """

    weights: dict[Literal["A", "B", "C"], float] = Field(default_factory=dict)
    equity: Equity = Equity()
    gates: Gates = Gates()
    caps: Caps = Caps()
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    draws: int = Field(default=1000, ge=0, le=100_000)
    weight_range: float = Field(default=2.0, ge=1)
    alternatives: int = Field(default=0, ge=0, le=20)
    sensitivity: bool = False
