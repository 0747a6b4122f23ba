"""How anything gets into the page: data as inert JSON, our own scripts and styles by their hash, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable

_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def inert_json(value: object) -> str:
    """Return JSON that stays JSON inside a <script> element, whatever texts it holds.

    `<`, `>`, `&`, the two line separators and halves of surrogate pairs are written as \\uXXXX, so that no text can end
    the element, open a comment, or fail to be saved as UTF-8. Raises ValueError for NaN and infinity.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def content_policy(scripts: Iterable[str], styles: Iterable[str], pictures: Iterable[str] = ()) -> str:
    """Return a Content-Security-Policy under which these scripts and styles run; pictures come from these origins at most."""
    return (
        "default-src 'none'; "
        f"script-src {_hashes(scripts)}; "
        f"style-src {_hashes(styles)}; "
        f"img-src {' '.join(('data:', 'blob:', *pictures))}; base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: Iterable[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
