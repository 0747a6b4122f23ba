"""`coverplan check`: the books of each layer, and every row that was not simply used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from layers.planreading import read_plan
from layers.text import Language, say
from maps.screen import table
from maps.wording import shown

if TYPE_CHECKING:
    from layers.layer import Layer, Layers, Reject

# So many rows of a layer are listed on the screen; --json and the rejects.csv of a run have them all.
LISTED = 20


def check(path: Path, asked: Language | None, *, as_json: bool) -> int:
    """Print what became of every row of every layer and return the exit code.

    Raises InputError with every fault that would stop a run.
    """
    from layers.reading import read_layers

    plan = read_plan(path)
    language = asked or plan.settings.language
    layers = read_layers(plan)
    print(_json(layers, language) if as_json else _page(layers, language))
    return 0


def _page(layers: Layers, language: Language) -> str:
    head = [
        say(f"tables.col_{name}").in_(language) for name in ("layer", "file", "rows_in", "used", "repaired", "rejected")
    ]
    books = [[layer.name, layer.source.path, *map(str, _books(layer).values())] for layer in layers.values()]
    parts = [table(head, books, right=(2, 3, 4, 5)), say("cli.checked_in", crs=layers.crs).in_(language)]
    parts += [_listed(layer, language) for layer in layers.values() if layer.rejects]
    return shown("\n\n".join(parts))


def _listed(layer: Layer, language: Language) -> str:
    lines = [say("cli.rejects_of", layer=layer.name, count=len(layer.rejects)).in_(language)]
    lines += [f"  {_line(reject, language)}" for reject in layer.rejects[:LISTED]]
    if len(layer.rejects) > LISTED:
        lines.append("  " + say("cli.rejects_more", count=len(layer.rejects) - LISTED).in_(language))
    return "\n".join(lines)


def _line(reject: Reject, language: Language) -> str:
    where = say("cli.reject_row", row=reject.row) if reject.row > 0 else say("cli.reject_layer")
    action, reason, fix = say(f"tables.action_{reject.action}"), reject.reason, reject.fix
    what = f"{reject.field}={reject.value}" if reject.field else reject.value
    key = "cli.reject_line" if what else "cli.reject_line_bare"
    values = {"where": where, "reason": reason, "fix": fix, "action": action} | ({"what": what} if what else {})
    return " ".join(say(key, **values).in_(language).split())


def _books(layer: Layer) -> dict[str, int]:
    return {"rows_in": layer.rows_in, "used": layer.used, "repaired": layer.repaired, "rejected": layer.rejected}


def _json(layers: Layers, language: Language) -> str:
    content = [
        {"layer": layer.name, "kind": layer.kind, "file": layer.source.path, "sha256": layer.source.sha256}
        | {"crs": layer.source.crs, **_books(layer), "rejects": [_plain(reject, language) for reject in layer.rejects]}
        for layer in layers.values()
    ]
    return json.dumps({"crs": layers.crs, "layers": content}, ensure_ascii=False, indent=1)


def _plain(reject: Reject, language: Language) -> dict[str, object]:
    words = {"reason": reject.reason.in_(language), "fix": reject.fix.in_(language), "action": reject.action}
    where = {"file": reject.file, "row": reject.row, "feature_id": reject.feature_id}
    return {**where, "field": reject.field, "value": reject.value, **words}
