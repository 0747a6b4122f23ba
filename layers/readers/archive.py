"""Zip archives (shapefiles, workbooks) read member by member under caps; nothing is ever unpacked under its own name."""

from __future__ import annotations

import zipfile
from pathlib import Path

from layers.problems import LayerError, Problem
from layers.text import Text, say

MAX_MEMBERS = 2000
MAX_BYTES = 512 * 1024**2
# Honest workbooks and shapefiles pack 3 to 30 times; 100 times and more is a bomb (RELIABILITY, row 4).
MAX_RATIO = 100
RATIO_COUNTS_FROM_BYTES = 16 * 1024**2


def checked_archive(path: Path, where: Text) -> zipfile.ZipFile:
    """Return the archive, opened; raises LayerError if it holds too many members, too much, or is a bomb.

    Sizes are those the archive states; `member` holds it to them.
    """
    archive = zipfile.ZipFile(path)
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS:
        raise _too_big(where, say("readers.zip_members", count=len(members), limit=MAX_MEMBERS))
    if total > MAX_BYTES:
        raise _too_big(where, say("readers.zip_bytes", mb=total // 1024**2, limit=MAX_BYTES // 1024**2))
    if total > RATIO_COUNTS_FROM_BYTES and total > MAX_RATIO * path.stat().st_size:
        raise _too_big(where, say("readers.zip_ratio", ratio=total // path.stat().st_size, limit=MAX_RATIO))
    if any(member.flag_bits & 1 for member in members):
        raise LayerError([Problem(where, say("readers.zip_locked"), say("readers.zip_locked_fix"))])
    return archive


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the bytes of one member, never more than the archive states for it."""
    with archive.open(info) as file:
        return file.read(info.file_size)


def declares_entities(xml: bytes) -> bool:
    """Return whether XML declares entities or a document type, which data never needs and bombs are made of.

    Whatever is said before the root counts, however long the comments are that stand in front of it.
    """
    wide = xml.startswith((b"\xff\xfe", b"\xfe\xff"))
    plain = xml.replace(b"\x00", b"") if wide or b"\x00" in xml[:64] else xml
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def shown_name(info: zipfile.ZipInfo) -> str:
    """Return the member's name as a person knows it; Chinese Windows writes GBK and says nothing about it."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _too_big(where: Text, what: Text) -> LayerError:
    return LayerError([Problem(where, what, say("readers.too_big_fix"))])
