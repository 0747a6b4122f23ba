"""The command `coverplan`, also `python -m maps`: what lies around it, from the first import to the end of the process."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from types import FrameType

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
_AGAIN_S = 0.1


def main() -> None:
    """Run the command; an interruption is never a traceback, however early, and at the end the process is left at once."""
    # Where interruptions are to be ignored (nohup) they stay so; Windows has no such timer.
    if hasattr(signal, "setitimer") and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
        signal.signal(signal.SIGALRM, _interrupted_again)
        sys.unraisablehook = _dropped
    try:
        from maps.cli import main as run

        run()
    except KeyboardInterrupt:
        _leave(INTERRUPTED)
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else int(end.code is not None))


def _interrupted(signum: int, _: FrameType | None) -> None:
    """Raise the interruption, and go on raising it until it is heard.

    One in a hundred comes while something runs that cannot fail, such as a callback of the import system or of a fork, and
    is dropped: the run would go on, and might wait for ever for a lock that the callback held.
    """
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_S, _AGAIN_S)
    raise KeyboardInterrupt


def _interrupted_again(signum: int, _: FrameType | None) -> None:
    """Raise it anew, unless somebody is just tidying up on account of it."""
    handled = sys.exc_info()[1]
    while handled is not None and not isinstance(handled, KeyboardInterrupt | SystemExit):
        handled = handled.__context__
    if handled is None:
        raise KeyboardInterrupt


def _dropped(what: UnraisableHookArgs) -> None:
    if what.exc_type is not KeyboardInterrupt:  # that is raised anew
        sys.__unraisablehook__(what)


def _leave(code: int) -> None:
    """End the process without taking its memory apart piece by piece, which takes half a second on a county."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # the reader has seen enough
        pass
    os._exit(code)


if __name__ == "__main__":
    main()
