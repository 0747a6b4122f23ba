"""A bar on the terminal for steps that take a while; nothing at all where nobody is looking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Step = Callable[[str], None]


@contextmanager
def bar(total: int) -> Iterator[Step]:
    """Yield a function that is told, before each of `total` steps, what is being done now.

    The bar is on stderr and goes when the work is done; where stderr is not a terminal nothing is written.
    """
    if not sys.stderr.isatty():
        yield lambda doing: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        BarColumn(24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        done = -1

        def step(doing: str) -> None:
            nonlocal done
            done += 1
            progress.update(task, completed=done, description=doing.replace("[", "\\["))

        yield step
