"""A disk that loses its power, as a model: what was written while strace looked on, and what of it a cut may leave.

A write or a new length lasts once the file is pushed (fsync, fdatasync); a name, once its folder is. Of what was not pushed
any part may be there: none, all, the first ones, any choice of them, the last one torn at a sector. Of a folder's names the
first changes may be there, as a journalling file system keeps them. (ext4 in practice keeps more than this.)
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
TRACED = "openat,open,creat,close,write,pwrite64,ftruncate,lseek,fsync,fdatasync,unlink,rename,link,mkdir,rmdir"
_LINE = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= (-?\d+)", re.DOTALL)
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass
class File:
    """What of a file is on the disk for good, and what was done to it since: (offset, bytes) or a new length."""

    lasting: bytes = b""
    since: list[tuple[int, bytes] | int] = field(default_factory=list)


@dataclass
class Folder:
    """Names that are on the disk for good, and what was done to them since: (name, what it stands for now, None = nothing)."""

    lasting: dict[str, File | Folder] = field(default_factory=dict)
    since: list[tuple[tuple[str, File | Folder | None], ...]] = field(default_factory=list)

    def now(self) -> dict[str, File | Folder]:
        """Return the names as a running system sees them."""
        return _named(self.lasting, self.since)


@dataclass
class Disk:
    """The disk below one folder, that is there for good, while one process works on it."""

    root: Path
    top: Folder = field(default_factory=Folder)
    open: dict[int, list] = field(default_factory=dict)  # number -> [File or Folder, offset]
    said: int = 0  # acknowledgements so far

    def does(self, call: str, words: str, answer: int) -> bool:
        """Take in one system call and return whether it changed anything here."""
        if answer < 0:
            return False
        numbers = [word.strip() for word in words.split(",")]
        names = [bytes.fromhex(found.replace("\\x", "")) for found in _TEXT.findall(words)]
        if call in ("openat", "open", "creat"):
            return self._opens(names[0].decode(), words, answer)
        if call in ("unlink", "rename", "link", "mkdir", "rmdir"):
            return self._renames(call, [name.decode() for name in names])
        number = int(numbers[0])
        if call == "write" and number == 1 and names and names[0].startswith(b"ack"):
            self.said += 1
            return True
        if number not in self.open:
            return False
        return self._changes(call, number, names, numbers, answer)

    def _changes(self, call: str, number: int, names: Sequence[bytes], numbers: Sequence[str], answer: int) -> bool:
        held = self.open[number]
        if call == "close":
            del self.open[number]
        elif call == "lseek":
            held[1] = answer
        elif call in ("fsync", "fdatasync"):
            held[0].lasting = _named(held[0].lasting, held[0].since) if isinstance(held[0], Folder) else _after(held[0])
            held[0].since = []
        elif call == "ftruncate":
            held[0].since.append(int(numbers[1]))
        elif call == "pwrite64":
            held[0].since.append((int(numbers[-1]), names[0][:answer]))
        elif call == "write":
            held[0].since.append((held[1], names[0][:answer]))
            held[1] += answer
        return call not in ("close", "lseek")

    def _opens(self, path: str, words: str, number: int) -> bool:
        self.open.pop(number, None)
        place = self._place(path)
        if place is None:
            return False
        folder, name = place
        if not name:
            self.open[number] = [self.top, 0]
            return False
        found = folder.now().get(name)
        is_new = found is None
        if found is None:
            assert "O_CREAT" in words, words
            found = File()
            folder.since.append(((name, found),))
        if "O_TRUNC" in words and isinstance(found, File):
            found.since.append(0)
        self.open[number] = [found, 0]
        return is_new or "O_TRUNC" in words

    def _renames(self, call: str, paths: Sequence[str]) -> bool:
        places = [self._place(path) for path in paths]
        if any(place is None for place in places):
            assert not any(places), paths
            return False
        folder, name = places[0]  # type: ignore[misc]
        if call == "mkdir":
            folder.since.append(((name, Folder()),))
        elif call in ("unlink", "rmdir"):
            folder.since.append(((name, None),))
        else:
            into, other = places[1]  # type: ignore[misc]
            assert into is folder, "a file is given another name in its own folder only"
            gone = ((name, None),) if call == "rename" else ()
            folder.since.append(((other, folder.now()[name]), *gone))
        return True

    def _place(self, path: str) -> tuple[Folder, str] | None:
        try:
            parts = Path(path).relative_to(self.root).parts
        except ValueError:
            return None
        folder = self.top
        for part in parts[:-1]:
            folder = folder.now()[part]  # type: ignore[assignment]
        return folder, parts[-1] if parts else ""


def moments(trace: Path, root: Path) -> Iterator[Disk]:
    """Yield the disk as it is after each call that changed something, and before the first."""
    disk = Disk(root)
    yield copy.deepcopy(disk)
    with trace.open(encoding="ascii") as lines:
        for line in lines:
            found = _LINE.match(line)
            if found and disk.does(found[1], found[2], int(found[3])):
                yield copy.deepcopy(disk)


def left_by_a_cut(disk: Disk, rng: random.Random, into: Path) -> None:
    """Write what one power cut at this moment leaves into a folder."""
    how = rng.choice(("none", "all", "first", "some"))
    _write(disk.top, rng, how, into)


def _write(folder: Folder, rng: random.Random, how: str, into: Path) -> None:
    into.mkdir(exist_ok=True)
    count = {"none": 0, "all": len(folder.since)}.get(how, rng.randint(0, len(folder.since)))
    for name, found in _named(folder.lasting, folder.since[:count]).items():
        if isinstance(found, Folder):
            _write(found, rng, how, into / name)
        else:
            (into / name).write_bytes(_after(File(found.lasting, _kept(found.since, rng, how))))


def _kept(since: Sequence[tuple[int, bytes] | int], rng: random.Random, how: str) -> list[tuple[int, bytes] | int]:
    """Return what is left of the changes to a file that were not pushed."""
    if how in ("none", "all"):
        return list(since) if how == "all" else []
    if how == "some":
        return [change for change in since if rng.random() < 0.5]
    kept = list(since[: rng.randint(0, len(since))])
    if kept and not isinstance(kept[-1], int):
        offset, data = kept[-1]
        kept[-1] = offset, data[: rng.randrange(0, len(data) + 1, SECTOR)]
    return kept


def _after(file: File) -> bytes:
    content = bytearray(file.lasting)
    for change in file.since:
        if isinstance(change, int):
            content = content[:change] + bytes(max(change - len(content), 0))
        else:
            offset, data = change
            content += bytes(max(offset - len(content), 0))
            content[offset : offset + len(data)] = data
    return bytes(content)


def _named(
    lasting: dict[str, File | Folder], since: Sequence[Sequence[tuple[str, File | Folder | None]]]
) -> dict[str, File | Folder]:
    names = dict(lasting)
    for change in since:
        for name, found in change:
            if found is None:
                names.pop(name, None)
            else:
                names[name] = found
    return names
