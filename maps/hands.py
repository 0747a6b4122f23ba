"""A second pair of hands: part of the writing done by a copy of this process, on another processor, where there is one."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Start `work` in a copy of this process, and yield a function that waits for it and says whether it succeeded.

    The copy sees everything as it is now and gives nothing back but what it leaves on the disk. Where the system cannot
    copy processes, has a single processor or refuses, nothing is started and the answer is False: the caller then does
    the work itself, which also brings any fault to light in its own words. A copy still running at the end is ended.
    """
    child = _copied(work) if _may_copy() else None
    waited = child is None

    def done() -> bool:
        nonlocal waited
        if child is None:
            return False
        waited = True
        return os.waitpid(child, 0)[1] == 0

    try:
        yield done
    finally:
        if child is not None and not waited:
            _end(child)


def _may_copy() -> bool:
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _copied(work: Callable[[], None]) -> int | None:
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        with warnings.catch_warnings():
            # Threads of the libraries below are idle here and not used by the copy (Python 3.12 warns of any).
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
    except OSError:
        return None
    if child:
        return child
    code = 1
    with suppress(BaseException):
        work()
        code = 0
    os._exit(code)  # without what an ordinary end does: buffers, locks and temporary folders are the other's


def _end(child: int) -> None:
    import signal

    with suppress(OSError):
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
