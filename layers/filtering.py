"""The rows of a layer that are meant: not a template's example, and what the plan's `where` keeps, in canonical words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from layers.problems import LayerError, Problem
from layers.readers.raw import WHOLE_FILE, Fault
from layers.schema import Schema
from layers.spelling import folded
from layers.text import Language, say
from layers.where import Node, Not, Test, Where, WhereError, parse_where

if TYPE_CHECKING:
    from layers.checked import Checked

# The id of the example row in a template.
EXAMPLE_ID: Mapping[Language, str] = {"zh": "示例", "en": "example"}


def without_examples(checked: Checked) -> Checked:
    """Return the same rows without those that a template shows as an example, which somebody forgot to delete."""
    examples = checked.cells["id"].isin(EXAMPLE_ID.values()).to_numpy(bool)
    if not examples.any():
        return checked
    reason = say("readers.example_rows", count=int(examples.sum()))
    note = Fault(WHOLE_FILE, "id", "", reason, say("readers.nothing_to_do"), "noted")
    return replace(checked, meant=checked.meant & ~examples, faults=(*checked.faults, note))


def chosen_rows(checked: Checked, headers: dict[str, str]) -> Checked:
    """Return the same rows with `meant` as the plan's `where` has it, and a note of how many it leaves out.

    The filter may use the file's own headers and words (`类别 == '健身路径'`). A row whose cell in the filter could not
    be read stays in, so that its fault is seen. Raises LayerError if the filter cannot be understood.
    """
    text = checked.request.spec.where or ""
    try:
        tree = _canonical(parse_where(text).tree, checked.request.schema, {v: k for k, v in headers.items()})
    except WhereError as error:
        raise LayerError([Problem(checked.request.where, error.what, say("readers.where_fix"))]) from error
    try:
        holds = Where(text, tree).holds(checked.cells)
    except LayerError as error:  # it knows the filter, not whose filter it is
        raise LayerError([replace(found, where=checked.request.where) for found in error.problems]) from error
    asked = set(_columns(tree))
    unread = [fault.at for fault in checked.faults if fault.action == "rejected" and fault.field in asked]
    holds[[at for at in unread if at != WHOLE_FILE]] = True
    left_out = int((~holds).sum())
    if not left_out:
        return checked
    reason = say("readers.filtered", count=left_out, kept=int(holds.sum()))
    note = Fault(WHOLE_FILE, "where", text, reason, say("readers.nothing_to_do"), "noted")
    return replace(checked, meant=checked.meant & np.asarray(holds, bool), faults=(*checked.faults, note))


def _canonical(tree: Node, schema: Schema, names: dict[str, str]) -> Node:
    """Return the filter with our names for the file's headers, and our values for the words of choice columns."""
    if isinstance(tree, Not):
        return Not(_canonical(tree.part, schema, names))
    if not isinstance(tree, Test):
        return replace(tree, left=_canonical(tree.left, schema, names), right=_canonical(tree.right, schema, names))
    column = names.get(tree.column, tree.column)
    choices = next((known.choices for known in schema.columns if known.name == column), {})
    words = {folded(word): value for value, aliases in choices.items() for word in (value, *aliases)}
    values = tuple(words.get(folded(value), value) if isinstance(value, str) else value for value in tree.values)
    return replace(tree, column=column, values=values)


def _columns(tree: Node) -> list[str]:
    if isinstance(tree, Test):
        return [tree.column]
    if isinstance(tree, Not):
        return _columns(tree.part)
    return _columns(tree.left) + _columns(tree.right)
