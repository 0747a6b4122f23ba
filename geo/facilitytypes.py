"""What a facility of each category needs and costs, where the plan does not say: land in square metres, money in yuan.

Costs follow DOMAIN section 3 (drawn from reported projects where it marks them K, otherwise illustrative); as defaults they
are all to be read as mark I. Areas are the smallest lot that the building or ground fits on.
"""

from __future__ import annotations

from dataclasses import dataclass

from layers.options import Cost


@dataclass(frozen=True)
class FacilityType:
    """The smallest lot one facility fits on, what one costs, and the land each of its places needs (0: no more than the lot)."""

    area_m2: float
    cost: Cost
    place_m2: float = 0.0

    def lot_m2(self, places: float) -> float:
        """Return the lot that one with so many places needs."""
        return max(self.area_m2, self.place_m2 * places)


def _type(
    area_m2: float, low: float, mid: float, high: float, yearly: float, life_years: float, place_m2: float = 0.0
) -> FacilityType:
    cost = Cost(low=low, mid=mid, high=high, per="facility", yearly=yearly, life_years=life_years)
    return FacilityType(area_m2, cost, place_m2)


FACILITY_TYPES = {
    "bus_stop": _type(20, 10_000, 25_000, 50_000, 1_000, 15),
    "children_home": _type(80, 20_000, 40_000, 80_000, 12_000, 15),
    "clinic": _type(120, 150_000, 200_000, 300_000, 50_000, 20),
    "court": _type(560, 80_000, 90_000, 100_000, 3_000, 12),  # 28 x 15 m and its margins
    "depot": _type(200, 100_000, 200_000, 400_000, 20_000, 20),
    "elderly": _type(350, 100_000, 200_000, 400_000, 60_000, 20),  # 350 m2: the least for a single centre
    "fire_station": _type(600, 300_000, 600_000, 1_500_000, 200_000, 25),
    "fitness": _type(60, 15_000, 60_000, 190_000, 2_000, 8),
    "hospital": _type(3_000, 500_000, 1_000_000, 3_000_000, 300_000, 30),
    "kindergarten": _type(1_500, 800_000, 1_500_000, 4_000_000, 200_000, 30),
    "market": _type(1_000, 100_000, 300_000, 800_000, 20_000, 20),
    "park": _type(400, 80_000, 150_000, 300_000, 8_000, 20),  # the smallest pocket park
    "parking": _type(500, 60_000, 100_000, 160_000, 2_000, 20, 25),  # 20 spaces of 25 m2
    "party_center": _type(200, 100_000, 300_000, 600_000, 20_000, 30),
    "pharmacy": _type(60, 30_000, 60_000, 120_000, 10_000, 15),
    "school": _type(5_000, 1_000_000, 3_000_000, 8_000_000, 500_000, 40),
    "toilet": _type(40, 40_000, 65_000, 90_000, 8_000, 15),
    "transfer_station": _type(500, 500_000, 1_200_000, 3_000_000, 80_000, 20),
    "treatment": _type(20_000, 5_000_000, 30_000_000, 200_000_000, 2_000_000, 25),
    "waste": _type(20, 5_000, 15_000, 50_000, 2_000, 10),
}
OTHER = _type(200, 50_000, 150_000, 400_000, 10_000, 20)


def facility_type(category: str) -> FacilityType:
    """Return what a facility of that category needs and costs; of a category not listed, something middling."""
    return FACILITY_TYPES.get(category, OTHER)
