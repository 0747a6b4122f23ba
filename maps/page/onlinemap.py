"""Base maps from the internet, for a plan that names one: where their tiles are, and what a page must be allowed to fetch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.mainland import in_mainland
from layers.problems import InputError, Problem
from layers.text import say

if TYPE_CHECKING:
    from layers.plan import PageSettings

KEY = "TIANDITU_KEY"

_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILECOL={{x}}&TILEROW={{y}}&TILEMATRIX={{z}}&tk={key}"
)
# name: addresses of the tiles, the hosts that {s} stands for, the closest zoom that is drawn
_PROVIDERS: Mapping[str, tuple[tuple[str, ...], str, int]] = {
    "osm": (("https://tile.openstreetmap.org/{z}/{x}/{y}.png",), "", 19),
    "gaode": (
        ("https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",),
        "1234",
        18,
    ),
    "tianditu": ((_TIANDITU.format(layer="vec", key="KEY"), _TIANDITU.format(layer="cva", key="KEY")), "01234567", 18),
}


def online_map(
    settings: PageSettings, middle: tuple[float, float], environment: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return what the page needs to draw the base map that the plan names; None if it names none.

    `middle` is the longitude and latitude of the middle of the data: Gaode's tiles are shifted (GCJ-02) in the mainland
    only. Raises InputError if Tianditu is named and the environment has no key for it.
    """
    name = settings.basemap
    if name == "none":
        return None
    addresses, hosts, zoom = _PROVIDERS[name]
    if name == "tianditu":
        addresses = tuple(address.replace("KEY", _key(environment)) for address in addresses)
    is_shifted = name == "gaode" and bool(in_mainland(np.array([middle]))[0])
    return {"name": name, "addresses": list(addresses), "hosts": hosts, "zoom": zoom, "gcj02": is_shifted}


def origins(basemap: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the origins that a page with that base map may fetch pictures from."""
    if basemap is None:
        return ()
    found = [match[0] for address in basemap["addresses"] if (match := re.match(r"https://[^/]+", address))]
    hosts = basemap["hosts"] or "-"
    return tuple(dict.fromkeys(origin.replace("{s}", host) for origin in found for host in hosts))


def _key(environment: Mapping[str, str]) -> str:
    key = environment.get(KEY, "")
    if not re.fullmatch(r"[0-9A-Za-z]{8,64}", key):
        raise InputError(
            [
                Problem(
                    "plan.page.basemap", say("plan.no_tianditu_key", name=KEY), say("plan.get_tianditu_key", name=KEY)
                )
            ]
        )
    return key
