"""Candidate projects: edits of the layers that close gaps, with what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.edit import Edit
from layers.options import Cost
from layers.text import Text

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Project:
    """One thing that could be built, bought or hired.

    `action` is a code (install_lamps, hire, build_facility, install_camera ...) with its words in the catalogue;
    `amount` counts what is added in `unit` (lamps, people, facilities ...). `cost` is for one of them.
    """

    id: str
    action: str
    name: Text | str
    unit_id: str
    rule_ids: tuple[str, ...]
    gap_ids: tuple[str, ...]
    amount: float
    unit: str
    edits: tuple[Edit, ...]
    cost: Cost
    geometry: BaseGeometry

    @property
    def cost_low(self) -> float:
        """Least it may cost to build, in yuan."""
        return self.amount * self.cost.low

    @property
    def cost_mid(self) -> float:
        """What it is expected to cost to build, in yuan."""
        return self.amount * self.cost.mid

    @property
    def cost_high(self) -> float:
        """Most it may cost to build, in yuan."""
        return self.amount * self.cost.high

    @property
    def cost_per_year(self) -> float:
        """Life-cycle cost in yuan a year: the building spread over its life, and the keeping of it."""
        return self.amount * (self.cost.mid / self.cost.life_years + self.cost.yearly)
