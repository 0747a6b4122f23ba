"""What a run says of its data by itself: the examinations that are quick and may turn a verdict, summed up layer by layer.

A planner who never asks for the data doctor still has to be told that a layer looks shifted by half a kilometre. What a
run shows anyway (homes off the network, roads joined or not) and what costs a network of its own is left to the doctor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from geo.doctor.numbers import numbers
from geo.doctor.offroad import out_of_area
from geo.doctor.shift import shifted_layers
from geo.doctor.twins import same_names, same_places
from geo.doctor.villages import overlapping_villages
from layers.findings import Finding, in_order
from layers.text import Text, say

if TYPE_CHECKING:
    from geo.world import World

QUICK: tuple[Callable[[World], list[Finding]], ...] = (
    shifted_layers,
    out_of_area,
    overlapping_villages,
    same_places,
    same_names,
    numbers,
)


def doubts(world: World) -> list[Text]:
    """Return a sentence for each layer and kind of error or warning: the first of them, and how many there are."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in in_order(finding for check in QUICK for finding in check(world)):
        if finding.severity != "info":
            found.setdefault((finding.layer, finding.code), []).append(finding)
    return [_doubt(same) for same in found.values()]


def _doubt(same: list[Finding]) -> Text:
    first = min(same, key=lambda finding: finding.feature_id)  # whatever the order of the rows
    told = {"layer": first.layer, "reason": first.reason, "fix": first.fix}
    if not first.row:
        return say("doctor.doubt_of_layer", **told)
    id_ = first.feature_id or str(first.row)
    return say("doctor.doubt", **told, row=first.row, id=id_, count=len(same))
