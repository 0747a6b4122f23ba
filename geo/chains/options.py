"""What a chain is, as a plan writes it: its stages, and what flows through them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from geo.network.snap import MAX_SNAP_M
from geo.supply import Meant
from geo.travel import Mode
from layers.options import Cost, RuleOptions, Typed, checked_where


class Stage(Typed):
    """One stage of a chain: its facilities, how far the stage before may be, and what they take.

    `within_m` or `within_min` is the range from the stage before (from the homes, for the first), by `mode`. A facility
    takes `capacity` x `kg_per_capacity` kilograms `per_day` times a day: its own column, else the number given here.
    `cost` is for one facility; to enlarge one costs the same share of it as it gains of its capacity.
    """

    facilities: str
    category: str | None = None
    facilities_where: str | None = None
    mode: Mode = "walk"
    within_m: float | None = Field(default=None, gt=0)
    within_min: float | None = Field(default=None, gt=0)
    kg_per_capacity: float = Field(default=1.0, gt=0)
    per_day: float | None = Field(default=None, gt=0)
    cost: Cost | None = None

    @field_validator("facilities_where")
    @classmethod
    def _filter_in_the_grammar(cls, where: str | None) -> str | None:
        return checked_where(where)

    @model_validator(mode="after")
    def _one_range(self) -> Stage:
        if (self.within_m is None) == (self.within_min is None):
            raise PydanticCustomError("plan.chain_range", "one of within_m and within_min")
        if self.mode == "straight" and self.within_min is not None:
            raise PydanticCustomError("plan.reach_straight_minutes", "a straight line takes no time")
        return self

    @property
    def limit(self) -> tuple[float, Literal["m", "min"]]:
        """The range and its unit."""
        return (self.within_m, "m") if self.within_m is not None else (self.within_min or 0.0, "min")

    @property
    def meant(self) -> Meant:
        """Which rows are its facilities."""
        return Meant("facilities", self.facilities, self.category, self.facilities_where)


class ChainOptions(RuleOptions):
    """The options of a chain."""

    demand: str = "demand"
    stages: tuple[Stage, ...] = Field(min_length=1)
    kg_per_person_day: float | None = Field(default=None, gt=0)
    roads: str = "roads"
    max_snap_m: float = Field(default=MAX_SNAP_M, ge=0)
