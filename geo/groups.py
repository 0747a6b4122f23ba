"""Whose rule it is: everybody's, or the old's, children's, the disabled's or the poor's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from layers.text import Text, say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.world import World

    Numbers = NDArray[np.float64]

EVERYBODY = "people"
Group = Literal["people", "pop60", "children", "disabled", "low_income"]
GROUPS: tuple[Group, ...] = ("pop60", "children", "disabled", "low_income")


def group_people(homes: gpd.GeoDataFrame, group: Group, world: World) -> tuple[Numbers, list[Text]]:
    """Return how many of the group live in each home, and a note where that is their village's share of it.

    NaN where neither the home nor its village says.
    """
    own: Numbers = homes[group].to_numpy(float)
    blank = np.isnan(own)
    if group == EVERYBODY or not blank.any() or not len(world.units):
        return own, []
    units = world.units
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.append(units[group].to_numpy(float) / units["population"].to_numpy(float), np.nan)
    share = share[units.index.get_indexer(homes["unit_id"])]
    guess = homes["people"].to_numpy(float) * np.where(np.isfinite(share), share, np.nan)
    taken = int((blank & ~np.isnan(guess)).sum())
    note = say("capacity.group_by_village", count=taken, group=say(f"capacity.group_{group}"))
    return np.where(blank, guess, own), [note] if taken else []
