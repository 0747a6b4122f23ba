"""Work shared out over the processors: copies of this process take what is next, and leave what they make on the disk."""

from __future__ import annotations

import gc
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

# More would wait for the disk and for the longest piece of work.
_MOST_HANDS = 4


def share_out(works: Mapping[str, Callable[[], object]], done: Callable[[str], None]) -> None:
    """Do all the works, each once, in any order and on every processor; `done` is told the name of each that is done.

    A copy sees everything as it is now and gives nothing back but what it leaves on the disk, so a work must be one that
    can be done again: where the system cannot copy processes, and where a copy fails or is killed, this process does
    what is left, which also brings any fault to light in its own words. Put the longest first. No copy outlives the call.
    """
    names = list(works)
    queue = _queue(len(names))
    copies: list[int] = []
    mine: set[str] = set()
    try:
        copies += _copies(_hands(len(names)) - 1, lambda: [works[names[turn]]() for turn in _turns(queue)])
        for turn in _turns(queue):
            works[names[turn]]()
            mine.add(names[turn])
            done(names[turn])
        succeeded = bool(copies)
        while copies:
            succeeded &= os.waitpid(copies.pop(), 0)[1] == 0
        for name in names:
            if name not in mine:
                if not succeeded:
                    works[name]()
                done(name)
    finally:
        os.close(queue)
        for copy in copies:
            _end(copy)


class Ahead:
    """A work that a copy of this process does ahead of time, while this one goes on; see `begun_ahead`."""

    def __init__(self) -> None:
        self._copy: int | None = None

    def begin(self, work: Callable[[], object]) -> None:
        """Begin the work if there is a processor for it and nothing was begun yet."""
        if self._copy is None and _hands(2) > 1:
            self._copy = next(_copies(1, work), None)

    @property
    def is_begun(self) -> bool:
        """Whether a copy was set to work and nobody has waited for it yet."""
        return self._copy is not None

    def is_done(self) -> bool:
        """Wait for the work, and say whether it was begun and came to a good end."""
        copy, self._copy = self._copy, None
        return copy is not None and os.waitpid(copy, 0)[1] == 0

    def give_up(self) -> None:
        """Make sure that no copy is at work any more."""
        if self._copy is not None:
            _end(self._copy)


@contextmanager
def begun_ahead() -> Iterator[Ahead]:
    """Yield who may do one work ahead of time; no copy outlives the block.

    As in `share_out` the copy leaves on the disk whatever it makes, and the work must be one that can be done again: where
    nothing was begun, or the copy failed, the caller does it and brings the fault to light.
    """
    other = Ahead()
    try:
        yield other
    finally:
        other.give_up()


def _hands(works: int) -> int:
    """Return how many processes to work with, this one included."""
    return min(len(os.sched_getaffinity(0)), works, _MOST_HANDS) if sys.platform == "linux" else 1


def _queue(count: int) -> int:
    """Return a pipe that holds the numbers of the works: whoever reads a byte has taken that work, and nobody else has."""
    reading, writing = os.pipe()
    os.write(writing, bytes(range(count)))
    os.close(writing)
    return reading


def _turns(queue: int) -> Iterator[int]:
    while taken := os.read(queue, 1):
        yield taken[0]


def _copies(count: int, work: Callable[[], object]) -> Iterator[int]:
    """Yield the process ids of copies of this process that do the work and end; fewer where the system refuses."""
    sys.stdout.flush()
    sys.stderr.flush()
    for _ in range(count):
        try:
            with warnings.catch_warnings():
                # Threads of the libraries below are idle here and not used by the copy (Python 3.12 warns of any).
                warnings.simplefilter("ignore", DeprecationWarning)
                copy = os.fork()
        except OSError:
            return
        if not copy:
            _work_and_end(work)
        yield copy


def _work_and_end(work: Callable[[], object]) -> None:
    code = 1
    with suppress(BaseException):
        gc.disable()  # a collection would copy every page that the two share
        work()
        code = 0
    os._exit(code)  # without what an ordinary end does: buffers, locks and temporary folders are the other's


def _end(copy: int) -> None:
    with suppress(OSError):
        os.kill(copy, signal.SIGKILL)
        os.waitpid(copy, 0)
