"""How time and memory of the network questions grow with the number of road nodes.

    python -m benchmarks growth [--largest 2000000] [--rounds 2] [--write]

At each size: the graph is built, one home a node is taken to its road, the nearest facility of every home is found for
five services (one place for every thousand nodes), and all pairs within 1 km of a hundredth of them.
"""

from __future__ import annotations

import numpy as np

from benchmarks._measure import Goal, Result, Words, added_mb, hand_over, options, race
from benchmarks._streets import Streets, street_grid
from geo.network.legs import legs
from geo.network.nearest import nearest
from geo.network.snap import snapped

HALVINGS, SERVICES, CUTOFF_M = 4, 5, 1000.0


def asked(streets: Streets) -> int:
    """Ask a new network everything; return how many homes and pairs there were."""
    network, rng = streets.network(), np.random.default_rng(6)
    x, y = (at + rng.uniform(-50, 50, len(at)) for at in (streets.x, streets.y))
    homes = snapped(network._segments, x, y, max_snap_m=500.0)
    points = legs(network.topology, network.costs, homes, leaving=True)
    for _ in range(SERVICES):
        rows = rng.choice(len(x), len(x) // 1000, replace=False)
        places = legs(network.topology, network.costs, homes.take(rows), leaving=False)
        found = nearest(network._towards, network.costs, points, places, limit=np.inf)
    sites = homes.take(rng.choice(len(x), len(x) // 100, replace=False))
    return len(found.cost) + len(network.pairs_within(sites, homes, cutoff=CUTOFF_M))


def main() -> None:
    """Measure, print, and write if asked to."""
    given = options(__doc__, largest=2_000_000)
    seconds, memory = {}, {}
    for halving in range(HALVINGS, -1, -1):
        nodes = given.largest // 2**halving
        streets = street_grid(nodes)
        name = f"{nodes:,}"
        asked(streets)  # kernels are loaded by then
        memory[name] = added_mb(lambda: asked(streets))  # noqa: B023
        seconds[name] = race({name: lambda: asked(streets)}, given.rounds)[name]  # noqa: B023
    first, last = next(iter(seconds)), list(seconds)[-1]
    grown = seconds[last] / seconds[first] / 2**HALVINGS
    goals = (
        Goal(Words("time per node, largest to smallest", "最大与最小规模每节点用时之比"), grown, 1.5, at_most=True),
    )
    bytes_each = memory[last] * 1e6 / given.largest
    remarks = (
        Words(
            "Memory at most, beyond the roads and homes themselves: "
            + "; ".join(f"{name} nodes {mb:,.0f} MB" for name, mb in memory.items())
            + f". That is {bytes_each:,.0f} bytes a node, and {seconds[last] / given.largest * 1e6:.2f} s a million nodes.",
            "除道路和住户本身之外的最大内存："
            + "；".join(f"{name} 个节点 {mb:,.0f} MB" for name, mb in memory.items())
            + f"。即每个节点 {bytes_each:,.0f} 字节，每百万节点 {seconds[last] / given.largest * 1e6:.2f} 秒。",
        ),
    )
    world = Words(
        "Road nodes; as many homes; five services; pairs within 1 km. The first row is the smallest network.",
        "按路网节点数；住户数与节点数相同；五类设施；1 公里内点对。第一行是最小的路网。",
    )
    title = Words("How time and memory grow", "用时与内存的增长")
    hand_over(Result("growth", title, world, seconds, goals, remarks, page="scale"), write=given.write)
