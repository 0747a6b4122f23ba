"""The gap map: one HTML file that needs nothing else."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maps.page.document import write_page as write_page
    from maps.page.gapmap import gap_map as gap_map

_HOMES = {"gap_map": "maps.page.gapmap", "write_page": "maps.page.document"}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: folium takes half a second."""
    if name not in _HOMES:
        raise AttributeError(f"module 'maps.page' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
