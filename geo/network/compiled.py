"""How the kernels are compiled: kept on disk after the first use, and free of the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])

# No fastmath and no fused multiply-add: the answers are those of numpy and scipy to the last bit.
compiled = cast("Callable[[Kernel], Kernel]", numba.njit(cache=True, nogil=True, boundscheck=False))
