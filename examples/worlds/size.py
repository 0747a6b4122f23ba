"""How big a world is: how many villages, people, homes, lamps, and how finely its land is cut."""

from __future__ import annotations

from dataclasses import dataclass

VILLAGE_M2 = 4.6e6  # land of one village (行政村) in the hills of southern China, about 4-6 km²


@dataclass(frozen=True)
class Size:
    """The counts of a world; all are met exactly, except that roads are as many as the homes need.

    `villages` counts towns' own communities (社区) too: `towns` of them are town seats. `cells` is how many cells of land
    a village is made of: roads run from cell to cell, so it sets how fine the country roads are. `cut_off` villages have
    lost their bridges. `tracks` is about the share (0-1) of free neighbouring cells that a field track joins, `door_paths`
    that of homes on a lane whose path to the door (入户路) is a road of its own.
    """

    villages: int = 20
    people: int = 40_000
    homes: int = 9_000
    lamps: int = 760
    cameras: int = 40
    fitness: int = 20
    towns: int = 1
    cells: int = 36
    cut_off: int = 1
    tracks: float = 0.06
    door_paths: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.towns <= self.villages:
            raise ValueError(f"a world of {self.villages} villages cannot have {self.towns} town seats")
        if not self.homes <= self.people <= 6 * self.homes:
            raise ValueError(f"{self.homes} homes of 1-6 people cannot hold {self.people} people")


SCALES: dict[str, Size] = {
    "hamlet": Size(villages=4, people=3_000, homes=700, lamps=60, cameras=6, fitness=3, cells=40, cut_off=0),
    "town": Size(),
    "county": Size(
        villages=300,
        people=870_000,
        homes=200_000,
        lamps=200_000,
        cameras=2_000,
        fitness=420,
        towns=15,
        cells=36,
        cut_off=4,
        door_paths=0.3,
    ),
    "province": Size(
        villages=50_000,
        people=17_000_000,
        homes=4_000_000,
        lamps=2_000_000,
        cameras=120_000,
        fitness=60_000,
        towns=2_500,
        cells=16,
        cut_off=40,
        tracks=0.3,
        door_paths=0.64,
    ),
}
