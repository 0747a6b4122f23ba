"""Whether the compiled kernels are worth loading: numba takes longer to import than a small town takes to work out."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

# Below this many nodes, points or segments numpy and scipy are done before numba is imported (some 0.4 s).
COMPILED_FROM = 50_000


def compiles(size: int) -> bool:
    """Return whether work of that size goes to the compiled kernels; their answers are the same to the last bit."""
    return size >= COMPILED_FROM and _has_numba()


@cache
def _has_numba() -> bool:
    return find_spec("numba") is not None
