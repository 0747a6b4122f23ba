"""Bytes to text, for files that clerks save from Excel, WPS or Notepad."""

from __future__ import annotations

import codecs

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decoded(data: bytes) -> tuple[str, str]:
    """Return the text and the encoding it was in: by byte-order mark, else strict UTF-8, else strict GB18030.

    GB18030 contains GBK and GB2312. Raises UnicodeDecodeError if it is none of these; nothing is ever replaced.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("gb18030"), "gb18030"
