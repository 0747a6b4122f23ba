"""What we work out: coverage, gaps, projects and their rank. Touches no file, no clock and no network.

`assess(plan, layers)` is the whole of it; `geo.network`, `geo.siting` and the rest serve on their own as well.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.assessment import Assessment as Assessment
    from geo.assessment import assess as assess

_HOMES = {"Assessment": "geo.assessment", "assess": "geo.assessment"}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'geo' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
