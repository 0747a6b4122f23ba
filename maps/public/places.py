"""Places as the public may have them: the middle of a square of 500 m in a grid that only the keeper of the key can lay.

A finer place cannot be had by collecting issues, since the square is always the same; nor by comparing grids, since
nobody else knows where this one begins. Nothing is drawn round a place.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL_M = 500.0
KEY_FILE = "public.key"
_KEY_BYTES = 32


def key_beside(folder: Path) -> bytes:
    """Return the key of this plan's public places, made once and kept in its folder; it is never published.

    Raises OSError if it can be neither read nor kept.
    """
    file = folder / KEY_FILE
    if file.is_file():
        return bytes.fromhex(file.read_text("ascii").strip())
    key = secrets.token_bytes(_KEY_BYTES)
    file.write_text(key.hex() + "\n", "ascii")
    file.chmod(0o600)
    return key


def coarse(xy: NDArray[np.float64], key: bytes) -> NDArray[np.float64]:
    """Return for each place (n x 2, metres) the middle of its square."""
    corner = np.array([_share(key, "east"), _share(key, "north")]) * CELL_M
    middles: NDArray[np.float64] = (np.floor((xy - corner) / CELL_M) + 0.5) * CELL_M + corner
    return middles


def _share(key: bytes, axis: str) -> float:
    digest = hmac.new(key, axis.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
