"""Files read in child processes that may do nothing else: whatever a file does to a parser stays in the child.

A child is forked for each large file and for a handful of small ones, seals itself off (`layers.readers.seal`), reads, and hands back rows. What it hands
back is not trusted either: only tables, texts and numbers can be built from it. Where there is no fork (Windows), files
are read in this process, under the caps of the readers alone.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import pickle
import select
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from layers.problems import LayerError, Problem
from layers.readers.packed import pack, unpack
from layers.readers.raw import Raw, Request
from layers.readers.seal import Limits, seal
from layers.text import say

if TYPE_CHECKING:
    Answer = Raw | LayerError

# Honest files need far less: a county's 200 000 homes as a workbook take 20 s and 1 GB.
_LEAST_BYTES, _BYTES_PER_BYTE = 1_500 * 1024**2, 30
# Parquet packs four million homes into 80 MB.
_BYTES_PER_BYTE_OF_PARQUET = 80
_LEAST_CPU_S, _CPU_S_PER_MB = 25, 2.0
# Files up to this size share a child; should one of them kill it, the others are read again, each by itself.
_SMALL_BYTES = 8 * 1024**2
# A busy machine gives a process less than half of its time.
_WALL_PER_CPU = 4
_PIPE_BYTES = 1 << 20


@dataclass
class _Child:
    """A child that reads a file or a few: its number, the pipe it answers by, its own folder, and until when it may read."""

    requests: Sequence[Request]
    process: int
    pipe: int
    folder: Path
    until: float
    said: bytearray


def read_apart(
    requests: Sequence[Request],
    read: Callable[[Request], Raw],
    *,
    readable: Sequence[Path] = (),
    meanwhile: Callable[[], None] | None = None,
) -> dict[str, Answer]:
    """Return for each layer its rows, or what is said of its file; as many children at once as there are processors.

    `readable` are folders that the children may read in besides those of their file and of Python.
    `meanwhile` is done once, while they read.
    """
    if not hasattr(os, "fork"):
        return {request.name: _answer(read, request) for request in requests}
    waiting = _shared_out(requests)
    children: dict[int, _Child] = {}
    answers: dict[str, Answer] = {}
    try:
        while waiting or children:
            while waiting and len(children) < (os.cpu_count() or 1):
                child = _born(waiting.pop(0), read, readable, tuple(children.values()))
                children[child.pipe] = child
            if meanwhile is not None:
                meanwhile()
                meanwhile = None
            for child in _finished(children):
                del children[child.pipe]
                answers |= _answers(child)
                unanswered = [request for request in child.requests if request.name not in answers]
                waiting += _by_file(unanswered).values()
    finally:
        for child in children.values():
            child.until = 0.0  # something broke us off: nobody waits for what it would still say
            _end(child)
    return answers


def _born(
    requests: Sequence[Request], read: Callable[[Request], Raw], readable: Sequence[Path], others: Sequence[_Child]
) -> _Child:
    limits = _limits(requests)
    folder = Path(tempfile.mkdtemp(prefix="coverplan-"))
    ours, theirs = _wide_pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 on forking beside threads: the child has none
        process = os.fork()
    if process == 0:
        os.close(ours)  # or nobody would be told that the parent has stopped listening
        _read_and_vanish(requests, read, theirs, _Room(limits, folder, readable), others)
    os.close(theirs)
    until = time.monotonic() + _WALL_PER_CPU * limits.cpu_s
    return _Child(requests, process, ours, folder, until, bytearray())


def _wide_pipe() -> tuple[int, int]:
    """Return a pipe that holds as much as may be: who should listen is busy at first, and a full pipe stops the child."""
    ours, theirs = os.pipe()
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):  # this user has too many wide pipes already
            fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return ours, theirs


def _shared_out(requests: Sequence[Request]) -> list[list[Request]]:
    """Return the layers in the lots that one child each reads: those of one file together, small files in few lots."""
    files = sorted(_by_file(requests).values(), key=lambda group: (-_size(group), group[0].name))
    large = [group for group in files if _size(group) > _SMALL_BYTES]
    small = files[len(large) :]
    lots: list[list[Request]] = [[] for _ in range(min(os.cpu_count() or 1, len(small)))]
    for group in small:
        min(lots, key=_size).extend(group)
    return large + lots


def _by_file(requests: Sequence[Request]) -> dict[Path, list[Request]]:
    found: dict[Path, list[Request]] = {}
    for request in requests:
        found.setdefault(request.path, []).append(request)
    return found


def _size(requests: Sequence[Request]) -> int:
    return sum(_bytes_of(path) for path in {request.path for request in requests})


def _bytes_of(path: Path) -> int:
    """Return the size of a file, or of all files in a folder that is one layer (a file geodatabase)."""
    return sum(item.stat().st_size for item in path.iterdir()) if path.is_dir() else path.stat().st_size


def _limits(requests: Sequence[Request]) -> Limits:
    size = _size(requests)
    is_packed = any(request.path.suffix.lower().endswith("parquet") for request in requests)
    memory = max(_LEAST_BYTES, (_BYTES_PER_BYTE_OF_PARQUET if is_packed else _BYTES_PER_BYTE) * size)
    with contextlib.suppress(OSError, ValueError, AttributeError):
        memory = min(memory, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return Limits(memory, int(_LEAST_CPU_S + _CPU_S_PER_MB * size / 1024**2))


@dataclass(frozen=True)
class _Room:
    limits: Limits
    folder: Path
    readable: Sequence[Path]


def _read_and_vanish(
    requests: Sequence[Request],
    read: Callable[[Request], Raw],
    pipe: int,
    room: _Room,
    others: Sequence[_Child],
) -> None:
    """Be the child: read, answer, and end without running anything that the parent meant to run at its own end."""
    code = 1
    try:
        gc.disable()  # a collection would copy every page of the parent
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        faulthandler.disable()
        _mute()  # what a library mutters as it dies is said better by the parent
        for other in others:
            os.close(other.pipe)
        tempfile.tempdir = str(room.folder)
        places = [*room.readable, *_of_python(), *{request.path.parent for request in requests}]
        seal(room.limits, readable=places, writable=room.folder)
        with os.fdopen(pipe, "wb") as out:
            for request in requests:
                body = _packed(_answer(read, request))
                out.write(len(body).to_bytes(8, "big"))
                out.write(body)
                out.flush()
        code = 0
    except BrokenPipeError:
        pass
    finally:
        os._exit(code)


def _mute() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _of_python() -> Iterator[Path]:
    """Return where Python and its libraries live: they import some of their parts only when these are used."""
    for place in {sys.prefix, sys.base_prefix, *(each for each in sys.path if each), "/usr", "/lib", "/lib64"}:
        yield Path(place)


def _answer(read: Callable[[Request], Raw], request: Request) -> Answer:
    try:
        return read(request)
    except LayerError as error:
        return error
    except MemoryError:
        return LayerError([Problem(request.where, say("readers.needs_memory"), say("readers.too_big_fix"))])


def _packed(answer: Answer) -> bytes:
    if isinstance(answer, LayerError):
        return pack(answer.problems, None)
    return pack(replace(answer, geometry=None), answer.geometry)


def _unpacked(body: bytes) -> Answer:
    found, geometry = unpack(body)
    if isinstance(found, Raw):
        return replace(found, geometry=geometry)
    if not all(isinstance(one, Problem) for one in found):
        raise pickle.UnpicklingError("not rows")
    return LayerError(found)


def _finished(children: Mapping[int, _Child]) -> Iterator[_Child]:
    """Take in what the children say, and return those that have said all, or have had their time."""
    soonest = min(child.until for child in children.values())
    ready, _, _ = select.select(list(children), [], [], max(0.0, soonest - time.monotonic()))
    for pipe in ready:
        said = os.read(pipe, _PIPE_BYTES)
        if said:
            children[pipe].said += said
        else:
            yield children[pipe]
    now = time.monotonic()
    yield from [child for pipe, child in children.items() if child.until <= now and pipe not in ready]


def _answers(child: _Child) -> dict[str, Answer]:
    """Return what the child said of each layer.

    If it did not come to the end of its file, that is what is said of it; of a lot of files only what was said.
    """
    status = _end(child)
    alone = len(_by_file(child.requests)) == 1
    answers: dict[str, Answer] = {}
    at = 0
    for request in child.requests:
        size = int.from_bytes(child.said[at : at + 8], "big")
        body = bytes(memoryview(child.said)[at + 8 : at + 8 + size])
        if len(child.said) < at + 8 or len(body) < size:
            if alone:
                answers[request.name] = _died(request, status)
            continue
        at += 8 + size
        try:
            answers[request.name] = _unpacked(body)
        except Exception as error:  # whatever a child that went wrong may send
            what = say("readers.reader_failed", cause=f"{type(error).__name__}: {error}"[:200])
            answers[request.name] = LayerError([Problem(request.where, what, say("readers.unreadable_fix"))])
    return answers


def _died(request: Request, status: int) -> LayerError:
    limits = _limits([request])
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL):
        what = say("readers.needs_time", seconds=limits.cpu_s)
    elif os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT:
        what = say("readers.needs_memory")
    else:
        word = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else str(status)
        what = say("readers.reader_failed", cause=word)
    return LayerError([Problem(request.where, what, say("readers.too_big_fix"))])


def _end(child: _Child) -> int:
    """Make sure that the child has ended, put away what it leaves, and return how it ended."""
    with contextlib.suppress(ProcessLookupError):
        if child.until <= time.monotonic():
            os.kill(child.process, signal.SIGKILL)
    os.close(child.pipe)
    _, status = os.waitpid(child.process, 0)
    shutil.rmtree(child.folder, ignore_errors=True)
    return status
