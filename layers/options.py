"""What every rule in plan.yaml may say, whatever its type. A rule type adds its own fields to RuleOptions."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from layers.text import Language


def _iso_date(value: object) -> object:
    """Refuse anything but YYYY-MM-DD: a bare number must not become a day in 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise PydanticCustomError("plan.not_a_date", "not a date")
    return value


IsoDate = Annotated[dt.date, BeforeValidator(_iso_date)]
Severity = Literal["A", "B", "C"]
Mark = Literal["V", "V2", "S", "U", "I"]


class Typed(BaseModel):
    """A part of the plan: every field typed, unknown keys refused, never changed after reading.

    plan.yaml arrives as text (see `layers.marked`), so "500" where a number is wanted is the number 500.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Title(Typed):
    """A name in Chinese, in English or in both; the one that is missing is taken from the other."""

    zh: str = ""
    en: str = ""

    def in_(self, language: Language) -> str:
        """Return the name in that language, or in the other one if it was given in that alone."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


class Norm(Typed):
    """Where a number comes from.

    `mark`: V seen in the clause itself, V2 in a secondary copy, S in a programme document only, U from memory and
    unverified, I our own illustration. Only V may be presented as conforming to a national standard.
    """

    text: str
    mark: Mark = "I"


class Cost(Typed):
    """What one unit of a rule's closing project costs, in yuan; low <= mid <= high.

    `per` names the unit (lamp, person, facility, camera, km ...). `yearly` is what it costs each year to keep, and
    `life_years` how long it lasts; life-cycle cost spreads `mid` over the life and adds `yearly`.
    A post has a life of one year: its `mid` is a year's pay, and a budget of this year pays the first. `weeks` is how
    long one project of this kind takes from approval to use.
    """

    low: float = Field(ge=0)
    mid: float = Field(ge=0)
    high: float = Field(ge=0)
    per: str = ""
    yearly: float = Field(default=0, ge=0)
    life_years: float = Field(default=10, gt=0)
    weeks: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Cost:
        if not self.low <= self.mid <= self.high:
            raise PydanticCustomError("plan.cost_order", "low <= mid <= high")
        return self


class RuleOptions(Typed):
    """The options common to all rule types.

    `where` keeps only the places (of the layer the rule judges) for which it holds, in the small grammar of
    `layers.where`. `weight` multiplies the need of this rule in the ranking. `department` answers for what the rule
    asks, for lists by department. `topics` are words in what people call the hotline about who mean this rule.
    """

    id: str = Field(min_length=1)
    type: str
    title: Title = Title()
    severity: Severity = "B"
    norm: Norm = Norm(text="", mark="I")
    cost: Cost | None = None
    weight: float = Field(default=1.0, ge=0)
    department: str = ""
    topics: tuple[str, ...] = ()
    where: str | None = None

    @field_validator("where")
    @classmethod
    def _in_the_grammar(cls, where: str | None) -> str | None:
        return checked_where(where)

    def marked(self, language: Language) -> str:
        """Return the rule's name with the mark of its norm, as it stands beside a result: 公园绿地可达〔V〕."""
        return f"{self.title.in_(language) or self.id}〔{self.norm.mark}〕"

    @property
    def inner(self) -> tuple[RuleOptions, ...]:
        """The rules it is made of, for a type that combines others; none for any other type."""
        return ()


def checked_where(where: str | None) -> str | None:
    """Return the filter as it is if it can be parsed; otherwise raise what pydantic reports at its place."""
    from layers.where import WhereError, parse_where

    if where is None:
        return where
    try:
        parse_where(where)
    except WhereError as error:
        raise PydanticCustomError("plan.where_wrong", "{what}", {"what": error.what}) from None
    return where
