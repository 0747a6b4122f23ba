"""Asked tile by tile, a network answers as it does when asked at once, to the last row and bit."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.network import RoadNetwork
from tests.geo.networkworlds import points, roads
from tests.geo.test_network_compiled import _grid, _scattered


class InOrder:
    """Workers that work here, one after another, but get their tasks as another process would."""

    def __init__(self, places_per_tile: int) -> None:
        self.places_per_tile = places_per_tile
        self.tasks = 0

    def map(self, work, tasks):
        self.tasks += len(tasks)
        return [pickle.loads(pickle.dumps(work(pickle.loads(pickle.dumps(task))))) for task in tasks]  # noqa: S301


def answers(network: RoadNetwork, homes, facilities, cutoff: float, snap_m: float):
    return (
        vars(network.snap(homes, max_snap_m=snap_m)),
        network.nearest(homes, facilities, cutoff=cutoff, max_snap_m=snap_m),
        network.pairs_within(homes, facilities, cutoff=cutoff, max_snap_m=snap_m),
        network.pairs_within(facilities, homes, cutoff=cutoff, max_snap_m=snap_m),
        vars(network.reach_along(homes, cutoff, max_snap_m=snap_m)),
    )


def assert_same(one, other) -> None:
    for mine, theirs in zip(one, other, strict=True):
        if isinstance(mine, pd.DataFrame):
            pd.testing.assert_frame_equal(mine, theirs, check_exact=True)
        else:
            for name in mine:
                np.testing.assert_array_equal(mine[name], theirs[name], err_msg=name)


@settings(max_examples=60, deadline=None)
@given(
    roads(), points("h", max_size=8), points("f"), st.booleans(), st.sampled_from([3.0, 12.0, 40.0]), st.integers(1, 4)
)
def test_tiles_change_nothing(frame, homes, facilities, minutes, cutoff, places):
    speed = "speed_kmh" if minutes else None
    network = RoadNetwork.from_frame(frame, oneway="oneway", speed_kmh=speed, node_crossings=True, join_ends_m=3.0)
    cutoff = cutoff / 50 if minutes else cutoff
    tiled = replace(network, workers=InOrder(places))
    assert_same(answers(network, homes, facilities, cutoff, 8.0), answers(tiled, homes, facilities, cutoff, 8.0))


def test_thousands_of_places_in_many_tiles_change_nothing():
    rng = np.random.default_rng(4)
    frame, homes, facilities = _grid(rng, 40), _scattered(rng, 3000), _scattered(rng, 25)
    homes.iloc[7] = None
    network, workers = RoadNetwork.from_frame(frame), InOrder(200)
    tiled = replace(network, workers=workers)
    assert_same(answers(network, homes, facilities, 700.0, 60.0), answers(tiled, homes, facilities, 700.0, 60.0))
    assert workers.tasks > 40
