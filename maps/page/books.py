"""What the page says of its inputs: the book of each layer, and the rows that were set aside or repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.kinds import KINDS
from maps.page.plain import both_languages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.layer import Layer, Reject

    Json = Any

# The page lists this many rows that were set aside or repaired; rejects.csv has them all.
REJECTS_LISTED = 300


def books(layer: Layer) -> Json:
    """Return where a layer came from, and how many of its rows came in, were used, repaired and rejected."""
    schema, source = KINDS[layer.kind], layer.source
    return {
        "name": layer.name,
        "kind": layer.kind,
        "title": [schema.zh, schema.en],
        "source": [source.path, source.format, source.table, source.crs, source.encoding, source.sha256],
        "rows": [layer.rows_in, layer.used, layer.repaired, layer.rejected],
    }


def rejects_of(by_layer: Iterable[tuple[Reject, ...]]) -> Json:
    """Return how many rows were set aside or repaired, and the first REJECTS_LISTED of them."""
    rejects = [reject for rejects in by_layer for reject in rejects]
    listed = [
        [
            r.layer,
            r.file,
            r.row,
            r.feature_id,
            r.field,
            r.value,
            both_languages(r.reason),
            both_languages(r.fix),
            r.action,
        ]
        for r in rejects[:REJECTS_LISTED]
    ]
    return {"all": len(rejects), "listed": listed}
