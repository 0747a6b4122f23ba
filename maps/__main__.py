"""The command `coverplan`, also `python -m maps`: what lies around it, from the first import to the end of the process."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def main() -> None:
    """Run the command; an interruption is never a traceback, however early, and at the end the process is left at once."""
    try:
        from maps.cli import main as run

        run()
    except KeyboardInterrupt:
        _leave(INTERRUPTED)
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else int(end.code is not None))


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
