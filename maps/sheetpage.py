"""A page that only shows: no script, nothing fetched, one style sheet bound by its hash. Reports, checks and lists use it."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from maps.wording import escape

if TYPE_CHECKING:
    from layers.text import Language


def still_page(title: str, body: str, *, style: str, language: Language) -> str:
    """Return the page as HTML text. The title is escaped here; `body` is markup whose texts were escaped where it was made.

    The Content-Security-Policy lets that style sheet apply and nothing run or load.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{body}</body></html>\n"
    )
