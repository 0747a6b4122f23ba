"""What an edit leaves as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.edit import Edit

# What is done to a road that leaves everybody's way as it was: it may be better to go by, but no shorter and no quicker
# (speeds follow from the class, or are given).
NOT_OF_WAYS = frozenset({"surface", "width_m", "lanes", "condition", "bay_spacing_m"})


def leaves_ways(edit: Edit) -> bool:
    """Return whether the edit only makes roads better: networks, and the ways on them, stay what they were."""
    return edit.added is None and edit.changed is not None and NOT_OF_WAYS.issuperset(edit.changed.columns)


def names_cell(where: str | None, edit: Edit) -> bool:
    """Return whether a filter may speak of a cell that the edit changes."""
    changed = [] if edit.changed is None else edit.changed.columns
    return any(name in (where or "") for name in changed)
