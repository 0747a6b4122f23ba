"""How the kernels of the search are run: compiled where numba is installed, as plain Python where it is not.

They count in whole numbers, so both give the same sites.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TypeVar

Kernel = TypeVar("Kernel", bound=Callable[..., object])

HAS_NUMBA = find_spec("numba") is not None


def kernel(function: Kernel) -> Kernel:
    """Return the kernel, compiled if numba is there (and kept on disk after the first use)."""
    if not HAS_NUMBA:
        return function
    from numba import njit

    compiled: Kernel = njit(cache=True, nogil=True)(function)
    return compiled
