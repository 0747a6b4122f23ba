"""map.html as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.page.gapmap import gap_map

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from layers.text import Language
    from maps.totals import Totals


def write_page(assessment: Assessment, *, language: Language, counted: Totals | None = None) -> str:
    """Return the gap map as one HTML file's text; it opens in that language and carries both.

    The file asks for nothing from anywhere, and no text of the input can run in it. The same assessment gives the same
    text. What is `counted` already need not be counted again.
    """
    html: str = gap_map(assessment, language=language, counted=counted).get_root().render()
    return html
