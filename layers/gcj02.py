"""GCJ-02 and BD-09, the shifted coordinates of Chinese map services, to WGS 84.

The formula is the one found by reverse engineering and published many times; promise about 1 m. It applies inside the
mainland only: Hong Kong, Macau, Taiwan and other countries are served unshifted, and are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from layers.mainland import in_mainland

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Degrees = NDArray[np.float64]

# Krasovsky 1940, as the formula has it
_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_ANGLE = np.pi * 3000 / 180
_ROUNDS = 8  # each round shrinks the error about a thousandfold; 4 reach 1e-6 m


def wgs84_to_gcj02(lonlat: Degrees) -> Degrees:
    """Return GCJ-02 for WGS 84, both n x 2 (longitude, latitude) in degrees."""
    return np.where(in_mainland(lonlat)[:, None], _shifted(lonlat), lonlat)


def gcj02_to_wgs84(lonlat: Degrees) -> Degrees:
    """Return WGS 84 for GCJ-02 by fixed-point iteration, to within 1e-6 m of the formula's inverse."""
    return np.where(in_mainland(lonlat)[:, None], _inverse(_shifted, lonlat), lonlat)


def gcj02_to_bd09(lonlat: Degrees) -> Degrees:
    """Return BD-09 for GCJ-02, both n x 2 (longitude, latitude) in degrees."""
    return np.where(in_mainland(lonlat)[:, None], _turned(lonlat), lonlat)


def bd09_to_gcj02(lonlat: Degrees) -> Degrees:
    """Return GCJ-02 for BD-09 by fixed-point iteration, to within 1e-6 m of the formula's inverse."""
    return np.where(in_mainland(lonlat)[:, None], _inverse(_turned, lonlat), lonlat)


def _shifted(lonlat: Degrees) -> Degrees:
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x)) * 20
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + 2 / 3 * (waves + _swell(x, 20, 40, 150, 300))
    north = (
        -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + 2 / 3 * (waves + _swell(y, 20, 40, 160, 320))
    )
    phi = np.radians(lat)
    factor = 1 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    d_lat = np.degrees(north / (_SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / factor**1.5))
    d_lon = np.degrees(east / (_SEMI_MAJOR_M / np.sqrt(factor) * np.cos(phi)))
    return np.asarray(lonlat + np.column_stack([d_lon, d_lat]), float)


def _turned(lonlat: Degrees) -> Degrees:
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_ANGLE)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_ANGLE)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])


def _inverse(forward: Callable[[Degrees], Degrees], lonlat: Degrees) -> Degrees:
    guess = lonlat
    for _ in range(_ROUNDS):
        guess = guess - (forward(guess) - lonlat)
    return guess


def _swell(at: Degrees, one: float, third: float, twelfth: float, thirtieth: float) -> Degrees:
    result: Degrees = (
        one * np.sin(at * np.pi)
        + third * np.sin(at / 3 * np.pi)
        + twelfth * np.sin(at / 12 * np.pi)
        + thirtieth * np.sin(at / 30 * np.pi)
    )
    return result
