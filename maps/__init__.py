"""What we hand over: the gap map, the report, the tables, and the command that makes them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maps.page import gap_map as gap_map
    from maps.writing import write as write

_HOMES = {"gap_map": "maps.page.gapmap", "write": "maps.writing"}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that `coverplan --help` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'maps' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
