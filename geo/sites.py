"""Where a new facility could stand: idle parcels large enough for it, and places on the road beside the homes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.places import together

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from geo.world import World
    from layers.layer import Layers

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Shapes = NDArray[np.object_]

# Land that is known to be idle is worth a detour: a parcel is taken if it serves at least 1/1.25 of what the best place
# on the road would. Our choice.
PARCEL_WORTH = 1.25

# Land nobody may build on, whatever the layer of idle parcels says, and land somebody contests (DOMAIN 3, SITE).
NOT_TO_BUILD_ON = ("农田", "耕地", "生态红线", "保护红线", "水源保护", "泄洪", "farmland", "flood", "protected")
CONTESTED = ("争议", "纠纷", "未确权", "disputed", "contested")

# A home of unknown or no people still has to be served: each counts this much beside its people, too little to outweigh
# one person anywhere, and a power of two, so that sums of people stay exact and ties are ties.
HOME_WEIGHT = 2.0**-12


@dataclass(frozen=True)
class Sites:
    """Candidate places, parcels first, each group in order of id.

    `key` is what an id may be made from: "parcel" or "home", and the id of the parcel or of the home it stands beside.
    """

    point: Shapes
    key: list[tuple[str, str]]

    def __len__(self) -> int:
        return len(self.key)

    @property
    def is_parcel(self) -> NDArray[np.bool_]:
        """Which of them are idle parcels."""
        return np.array([kind == "parcel" for kind, _ in self.key], dtype=bool)

    def and_(self, others: Sites) -> Sites:
        """Return both, these first."""
        return Sites(np.concatenate([self.point, others.point]), [*self.key, *others.key])

    def at(self, rows: Rows) -> Sites:
        """Return some of them."""
        return Sites(self.point[rows], [self.key[row] for row in rows])


def idle_parcels(world: World, area_m2: float) -> gpd.GeoDataFrame:
    """Return the idle parcels of at least that area that may be built on, by id; empty if the plan has none.

    The area is the one given, else that of the polygon; a parcel whose area is neither given nor drawn is left out.
    """
    parcels, area = world.parcels
    return parcels[area >= area_m2]


def free_parcels(layers: Layers) -> tuple[gpd.GeoDataFrame, Numbers]:
    """Return the idle parcels that may be built on, by id, and the area of each in m2; NaN where nobody knows it."""
    parcels = together(layers, "parcels")[0]
    if not len(parcels):
        return parcels, np.zeros(0)
    drawn = parcels.geometry.area.to_numpy()
    area = np.where(parcels["area_m2"].isna(), np.where(drawn > 0, drawn, np.nan), parcels["area_m2"].to_numpy(float))
    barred = _mentions(parcels["use"], NOT_TO_BUILD_ON) | _mentions(parcels["tenure"], CONTESTED)
    free = ~barred & ~parcels.geometry.isna().to_numpy()
    return parcels[free], area[free]


def feet_on_roads(world: World) -> Callable[[Shapes], Shapes]:
    """Return what moves points to the nearest road people may walk on; those too far from any (or without) stay."""
    if not world.layers.of_kind("roads"):
        return lambda points: points
    network = world.network("walk")

    def feet(points: Shapes) -> Shapes:
        at = network.snap(gpd.GeoSeries(points, crs=network.crs))
        moved: Shapes = np.where(at.on_network, shapely.points(at.x, at.y), points)
        return moved

    return feet


def home_feet(world: World, homes: Rows) -> Shapes:
    """Return where these homes (rows) come out on the nearest road people may walk on; those too far from any stay."""
    points = world.demand.points[homes]
    if not world.layers.of_kind("roads"):
        return points
    at = world.homes_on("walk", "roads").take(homes)
    moved: Shapes = np.where(at.on_network, shapely.points(at.x, at.y), points)
    return moved


def parcel_sites(parcels: gpd.GeoDataFrame, feet: Callable[[Shapes], Shapes]) -> Sites:
    """Return where each parcel would be built on: its point nearest to the road its middle is nearest to."""
    shapes = parcels.geometry.to_numpy()
    if not len(shapes):
        return Sites(shapes, [])
    point = shapely.get_point(shapely.shortest_line(shapes, feet(shapely.point_on_surface(shapes))), 0)
    return Sites(point, [("parcel", str(id_)) for id_ in parcels.index])


def beside_homes(ids: NDArray[np.object_], feet: Shapes, weight: Numbers, spacing_m: float) -> Sites:
    """Return places on the road beside these homes, one for each square of side `spacing_m` that has any: its heaviest's."""
    square = np.floor(shapely.get_coordinates(feet) / spacing_m).astype(np.int64)
    order = np.lexsort((ids.astype(str), -weight, square[:, 1], square[:, 0]))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(square[order], axis=0) != 0).any(axis=1)
    chosen = order[first]
    chosen = chosen[np.argsort(ids[chosen].astype(str), kind="stable")]
    return Sites(feet[chosen], [("home", str(id_)) for id_ in ids[chosen]])


def chosen_greedily(serves: csr_array, weight: Numbers, worth: Numbers) -> list[int]:
    """Return sites (rows of `serves`) in the order a greedy planner takes them, until none serves anyone new.

    `weight` is each home's, `worth` a factor on what each site serves. Of sites as good, the first.
    """
    by_home = serves.T.tocsr()
    gain = serves @ weight
    served = np.zeros(len(weight), dtype=bool)
    chosen: list[int] = []
    while len(gain) and gain[best := int(np.argmax(gain * worth))] > HOME_WEIGHT / 2:  # less is rounding, not a home
        chosen.append(best)
        homes = serves.indices[serves.indptr[best] : serves.indptr[best + 1]]
        for home in homes[~served[homes]]:
            gain[by_home.indices[by_home.indptr[home] : by_home.indptr[home + 1]]] -= weight[home]
        served[homes] = True
    return chosen


def home_weights(people: Numbers) -> Numbers:
    """Return what each home counts when sites are chosen: its people, and a little for the home itself."""
    return np.nan_to_num(people, nan=0.0) + HOME_WEIGHT


def _mentions(column: gpd.GeoSeries, words: tuple[str, ...]) -> NDArray[np.bool_]:
    cells = column.astype(object).where(column.notna(), "").astype(str).str.lower()
    found = np.zeros(len(cells), dtype=bool)
    for word in words:
        found |= cells.str.contains(word, regex=False).to_numpy(bool)
    return found
