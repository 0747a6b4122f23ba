"""An existing Dask cluster as a helper of the run: `--engine dask://HOST:PORT`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from layers.problems import InputError, Problem
from layers.text import say

if TYPE_CHECKING:
    from geo.network.workers import Workers

Task = TypeVar("Task")
Answer = TypeVar("Answer")

SCHEME = "dask://"
CONNECT_S = 10

# So many homes make a task of about a second; what it sends (their roads and halo) is some megabytes.
PLACES_PER_TILE = 50_000

# Tasks that wait on the cluster for each of its threads: enough that none stands idle, few enough to bound its memory.
_AHEAD = 3

# How often a task is tried again that failed for what a worker lacked at the moment; when a worker dies Dask itself gives
# its tasks to another one.
_RETRIES = 3


class DaskWorkers:
    """The workers of a Dask cluster. What a worker that dies was doing is done again by another one."""

    def __init__(self, client: Any, places_per_tile: int) -> None:
        self.client = client
        self.places_per_tile = places_per_tile

    def map(self, work: Callable[[Task], Answer], tasks: Sequence[Task]) -> list[Answer]:
        """Return the answers to all tasks in their order."""
        from distributed import as_completed

        answers: dict[int, Answer] = {}
        number: dict[Any, int] = {}
        todo = iter(enumerate(tasks))
        running = as_completed(loop=self.client.loop, with_results=True)
        ahead = _AHEAD * max(sum(self.client.nthreads().values()), 1)
        for at, task in todo:
            future = self.client.submit(work, task, pure=False, retries=_RETRIES)
            number[future.key] = at
            running.add(future)
            if len(number) - len(answers) >= ahead:
                break
        for future, answer in running:
            answers[number[future.key]] = answer
            for at, task in todo:
                following = self.client.submit(work, task, pure=False, retries=_RETRIES)
                number[following.key] = at
                running.add(following)
                break
        return [answers[at] for at in range(len(tasks))]


@contextmanager
def workers_of(engine: str | None) -> Iterator[Workers | None]:
    """Give the workers the address stands for, None if there is none; raises InputError if they cannot be had."""
    if engine is None:
        yield None
        return
    if not engine.startswith(SCHEME) or not engine.removeprefix(SCHEME):
        raise _refused(engine, "bad_engine")
    if find_spec("distributed") is None:
        raise _refused(engine, "no_dask")
    import dask
    from distributed import Client

    # what a task carries is a tile with its roads, not a mistake that Dask has to warn of
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"}):
        try:
            client = Client(f"tcp://{engine.removeprefix(SCHEME)}", timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _refused(engine, "no_cluster", why=str(error)) from error
        with client:
            _check(client, engine)
            yield DaskWorkers(client, PLACES_PER_TILE)


def _check(client: Any, engine: str) -> None:
    """Raise InputError unless there are workers and all have this version of coverplan."""
    versions = client.run(_version)
    if not versions:
        raise _refused(engine, "no_workers")
    ours = version("coverplan")
    others = sorted({str(theirs) for theirs in versions.values() if theirs != ours})
    if others:
        raise _refused(engine, "other_version", ours=ours, theirs=", ".join(others))


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("coverplan")
    except PackageNotFoundError:
        return "-"


def _refused(engine: str, what: str, **values: str) -> InputError:
    return InputError([Problem(f"--engine {engine}", say(f"engine.{what}", **values), say(f"engine.{what}_fix"))])
