"""Whole columns of cells held against a pattern: straight to Arrow, since the way by pandas takes longer than most columns.

The patterns are those that Python and Arrow read alike: no look-around, no back references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def whole(cells: pd.Series, pattern: str) -> NDArray[np.bool_]:
    """Return which texts are what the pattern says from end to end; a missing one never is."""
    return anywhere(cells, rf"\A(?:{pattern})\z")


def anywhere(cells: pd.Series, pattern: str) -> NDArray[np.bool_]:
    """Return which texts hold what the pattern says; a missing one never does."""
    return _flags(pc.match_substring_regex(pa.array(cells), pattern))


def blank(cells: pd.Series) -> NDArray[np.bool_]:
    """Return which texts are missing, or nothing but white space."""
    return _flags(pc.equal(pc.utf8_trim_whitespace(pa.array(cells)), ""), missing=True)


def _flags(found: pa.Array, *, missing: bool = False) -> NDArray[np.bool_]:
    flags: NDArray[np.bool_] = pc.fill_null(found, missing).to_numpy(zero_copy_only=False)
    return flags
