"""The compiled kernels give the answers of numpy and scipy to the last bit."""

from __future__ import annotations

from math import inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.network import RoadNetwork, engine
from tests.geo.networkworlds import points, roads

pytest.importorskip("numba")

MAX_SNAP_M = 8.0


def with_and_without(monkeypatch: pytest.MonkeyPatch, answer):
    """Return the answer of a fresh network each way: `answer` makes it and asks it."""
    results = []
    for least in (0, 10**9):
        monkeypatch.setattr(engine, "COMPILED_FROM", least)
        results.append(answer())
    return results


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roads(), points("h", max_size=8), points("f"), st.booleans(), st.sampled_from([5.0, 25.0, inf]))
def test_every_answer_is_the_same_with_and_without_kernels(monkeypatch, frame, homes, facilities, minutes, cutoff):
    def answer():
        net = RoadNetwork.from_frame(frame, oneway="oneway", speed_kmh="speed_kmh" if minutes else None)
        people = pd.Series(1.0, index=homes.index)
        return (
            {name: getattr(net._outwards, name) for name in ("first", "to", "cost", "edge")},
            vars(net.snap(homes, max_snap_m=MAX_SNAP_M)),
            net.nearest(homes, facilities, cutoff=cutoff, max_snap_m=MAX_SNAP_M),
            net.pairs_within(homes, facilities, cutoff=cutoff, max_snap_m=MAX_SNAP_M),
            vars(net.reach_along(homes, 12.0, max_snap_m=MAX_SNAP_M)),
            vars(net.dependency(homes, people, facilities, max_snap_m=MAX_SNAP_M)),
        )

    with_kernels, without = with_and_without(monkeypatch, answer)
    for one, other in zip(with_kernels, without, strict=True):
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other, check_exact=True)
        else:
            assert one.keys() == other.keys()
            for name in one:
                np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_kernels_agree_on_a_network_of_thousands_of_nodes(monkeypatch):
    rng = np.random.default_rng(4)
    frame, homes, facilities = _grid(rng, 60), _scattered(rng, 3000), _scattered(rng, 25)
    homes.iloc[7] = None

    def answer():
        net = RoadNetwork.from_frame(frame)
        return net.nearest(homes, facilities), net.pairs_within(homes, facilities, cutoff=1500)

    with_kernels, without = with_and_without(monkeypatch, answer)
    for one, other in zip(with_kernels, without, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def _grid(rng: np.random.Generator, side: int):
    """Return a street grid of blocks of about 100 m with three in ten streets missing."""
    import geopandas as gpd
    import shapely

    x, y = np.meshgrid(np.arange(side) * 100.0, np.arange(side) * 100.0)
    nodes = np.stack([x + rng.uniform(-30, 30, x.shape), y + rng.uniform(-30, 30, y.shape)], axis=-1)
    across = np.stack([nodes[:, :-1], nodes[:, 1:]], axis=2).reshape(-1, 2, 2)
    up = np.stack([nodes[:-1], nodes[1:]], axis=2).reshape(-1, 2, 2)
    streets = np.concatenate([across, up])
    streets = streets[rng.random(len(streets)) > 0.3]
    index = [f"r{n:05d}" for n in range(len(streets))]
    return gpd.GeoDataFrame(geometry=shapely.linestrings(streets), index=index, crs="EPSG:4547")


def _scattered(rng: np.random.Generator, count: int):
    import geopandas as gpd

    x, y = rng.uniform(0, 5900, (2, count))
    index = [f"p{n:05d}" for n in range(count)]
    return gpd.GeoSeries(gpd.points_from_xy(x, y, crs="EPSG:4547"), index=index)
