"""What a road is asked to be (surface, width, lanes, condition), and whether it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from geo.roads.surfaces import HARD, HARD_WORD, SOFT, surface_word
from layers.kinds import ROADS
from layers.options import Typed

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.layer import Layers

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Words = NDArray[np.object_]

# What a road is surfaced with when it is upgraded: cement, as nearly every 硬化 project in the sources is.
NEW_HARD_SURFACE = "concrete"


class RoadCriteria(Typed):
    """The options that say what a road should be; those that are not given ask nothing."""

    surfaces: tuple[str, ...] = ()
    min_width_m: float | None = Field(default=None, gt=0)
    min_width_with_bays_m: float | None = Field(default=None, gt=0)
    max_bay_spacing_m: float | None = Field(default=None, gt=0)
    min_lanes: float | None = Field(default=None, gt=0)
    conditions: tuple[str, ...] = ()

    @field_validator("conditions")
    @classmethod
    def _canonical(cls, conditions: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_condition(word) for word in conditions))

    @model_validator(mode="after")
    def _bays_go_together(self) -> RoadCriteria:
        both = {self.min_width_with_bays_m is None, self.max_bay_spacing_m is None}
        if len(both) == 2 or (self.max_bay_spacing_m is not None and self.min_width_m is None):
            raise PydanticCustomError("plan.road_bays", "bays need both options and min_width_m")
        return self

    @property
    def criteria(self) -> tuple[str, ...]:
        """Which criteria are set, in the order they are counted and said."""
        asked = {
            "surface": bool(self.surfaces),
            "width": self.min_width_m is not None,
            "lanes": self.min_lanes is not None,
            "condition": bool(self.conditions),
        }
        return tuple(name for name, is_set in asked.items() if is_set)

    @property
    def upgraded(self) -> dict[str, dict[str, str | float]]:
        """For each criterion that is set the cells of a road that has been brought up to it."""
        hard = (NEW_HARD_SURFACE, *(word for word in self.surfaces if word != HARD_WORD))
        cells: dict[str, dict[str, str | float]] = {
            "surface": {"surface": hard[0] if HARD_WORD in self.surfaces else hard[-1]},
            "width": {"width_m": self.min_width_m or 0.0},
            "lanes": {"lanes": self.min_lanes or 0.0},
            "condition": {"condition": self.conditions[0] if self.conditions else ""},
        }
        return {name: cells[name] for name in self.criteria}


@dataclass(frozen=True)
class Standing:
    """How roads stand: a column a criterion, true where it surely holds and where it may (an attribute is unknown)."""

    sure: Flags
    maybe: Flags


def standing(asked: RoadCriteria, roads: gpd.GeoDataFrame, *, bays_given: bool) -> Standing:
    """Return how roads stand to the criteria that are set.

    At least means >=. A blank cell, or a word nobody knows, leaves a criterion open. Where the roads have no column for
    passing bays at all (`bays_given` false) there are taken to be none.
    """
    tests = {"surface": _surface, "width": _width, "lanes": _lanes, "condition": _condition_holds}
    found = [tests[name](asked, roads, bays_given) for name in asked.criteria]
    if not found:
        return Standing(np.ones((len(roads), 0), bool), np.ones((len(roads), 0), bool))
    return Standing(np.column_stack([sure for sure, _ in found]), np.column_stack([maybe for _, maybe in found]))


def bays_given(layers: Layers, ref: str) -> bool:
    """Return whether any of the road layers says how far apart passing bays are."""
    return any("bay_spacing_m" in layer.given for layer, _ in layers.parts("roads", ref))


def _surface(asked: RoadCriteria, roads: gpd.GeoDataFrame, _: bool) -> tuple[Flags, Flags]:
    words = [surface_word(cell) for cell in roads["surface"]]
    wanted = {surface_word(word) for word in asked.surfaces}
    wanted |= HARD if HARD_WORD in asked.surfaces else frozenset()
    known = HARD | SOFT | wanted
    sure = np.array([word in wanted for word in words], dtype=bool)
    return sure, sure | np.array([word not in known for word in words], dtype=bool)


def _width(asked: RoadCriteria, roads: gpd.GeoDataFrame, bays_given: bool) -> tuple[Flags, Flags]:
    width = _numbers(roads["width_m"])
    sure, maybe = _at_least(width, asked.min_width_m or 0.0)
    if asked.max_bay_spacing_m is None or asked.min_width_with_bays_m is None:
        return sure, maybe
    wide, may_be_wide = _at_least(width, asked.min_width_with_bays_m)
    apart = _numbers(roads["bay_spacing_m"])
    near = apart <= asked.max_bay_spacing_m
    return sure | (wide & near), maybe | (may_be_wide & (near | (np.isnan(apart) & bays_given)))


def _lanes(asked: RoadCriteria, roads: gpd.GeoDataFrame, _: bool) -> tuple[Flags, Flags]:
    return _at_least(_numbers(roads["lanes"]), asked.min_lanes or 0.0)


def _condition_holds(asked: RoadCriteria, roads: gpd.GeoDataFrame, _: bool) -> tuple[Flags, Flags]:
    words = [_condition(cell) if isinstance(cell, str) else "" for cell in roads["condition"]]
    sure = np.array([word in asked.conditions for word in words], dtype=bool)
    known = {*ROADS.column("condition").choices, *asked.conditions}
    return sure, sure | np.array([word not in known for word in words], dtype=bool)


def _at_least(values: Numbers, least: float) -> tuple[Flags, Flags]:
    return values >= least, (values >= least) | np.isnan(values)


def _numbers(column: pd.Series) -> Numbers:
    numbers: Numbers = pd.to_numeric(column, errors="coerce").to_numpy(float)
    return numbers


def _condition(word: str) -> str:
    """Return the canonical word for a condition, or the word itself."""
    choices: Iterable[tuple[str, tuple[str, ...]]] = ROADS.column("condition").choices.items()
    return next((name for name, words in choices if word.strip() in (name, *words)), word.strip())
