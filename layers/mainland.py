"""Whether a place counts as mainland China for coordinates: a coarse test that draws no border.

It is the box of EPSG:4490's area of use (China, onshore) less boxes that lie wholly outside the mainland. Near a land
border it says yes a little too far out, which is harmless: a CGCS2000 zone is a good metric CRS there as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BOX = (73.4, 16.7, 135.1, 53.6)  # west, south, east, north, in degrees
_OUTSIDE = (
    (120.0, 21.8, 122.2, 25.4),  # Taiwan
    (119.2, 23.1, 119.75, 23.85),  # Penghu
    (118.21, 24.385, 118.50, 24.525),  # Kinmen
    (119.92, 25.93, 120.55, 26.40),  # Matsu
    (113.82, 22.13, 114.44, 22.45),  # Hong Kong, in three steps up to the Shenzhen River
    (113.97, 22.45, 114.25, 22.50),
    (114.08, 22.50, 114.22, 22.527),
    (113.53, 22.18, 113.565, 22.2165),  # Macau peninsula
    (113.555, 22.105, 113.60, 22.17),  # Taipa and Coloane
    (124.6, 16.7, 135.1, 39.7),  # Korea, Japan
    (131.2, 39.7, 135.1, 44.8),  # sea and coast east of Jilin
    (97.0, 43.0, 111.0, 53.6),  # Mongolia, Russia
    (73.4, 49.3, 119.0, 53.6),  # Russia, Kazakhstan
    (73.4, 42.3, 79.8, 53.6),  # Kazakhstan, Kyrgyzstan
    (73.4, 16.7, 97.3, 26.7),  # India, Bangladesh, Myanmar
    (97.3, 16.7, 107.9, 21.1),  # Thailand, Laos, Vietnam
    (116.5, 16.7, 135.1, 21.5),  # Philippines, open sea
)


def in_mainland(lonlat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each (longitude, latitude) in degrees whether it counts as mainland China; NaN does not."""
    inside = _within(lonlat, _BOX)
    for box in _OUTSIDE:
        inside &= ~_within(lonlat, box)
    return inside


def _within(lonlat: NDArray[np.float64], box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    west, south, east, north = box
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north), bool)
