"""A Dask cluster that shares the work changes nothing in the results, not even when a worker is killed on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest

from layers.problems import InputError
from maps import engine
from maps.commands.run import run

TOWN = Path(__file__).parents[2] / "examples" / "dongtang"


def results(folder: Path) -> dict[str, object]:
    """Return every file's bytes; of run.json all but the timings."""
    found: dict[str, object] = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    found["run.json"] = {name: value for name, value in record.items() if name != "timings"}
    return found


def ran(plan: Path, out: Path, address: str | None = None) -> dict[str, object]:
    assert run(plan, "en", out=out, budget=None, strict=False, engine=address) == 0
    return results(out)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town") / "dongtang"
    shutil.copytree(TOWN, folder)
    return folder / "plan.yaml"


def kill_one_at_work(cluster, killed: list[int]) -> None:
    """Kill the first worker once some tasks are done and others under way."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        busy = [nanny for nanny in cluster.workers.values() if nanny.pid]
        under_way = [task for task in list(cluster.scheduler.tasks.values()) if task.state == "processing"]
        if busy and under_way:
            killed.append(busy[0].pid)
            os.kill(busy[0].pid, signal.SIGKILL)
            return
        time.sleep(0.002)


def test_a_cluster_with_a_worker_killed_on_the_way_gives_the_same_files(town, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    alone = ran(town, tmp_path / "alone")
    monkeypatch.setattr(engine, "PLACES_PER_TILE", 60)
    killed: list[int] = []
    tasks: list[int] = []
    asked = engine.DaskWorkers.map

    def counted(self, work, given):
        tasks.append(len(given))
        return asked(self, work, given)

    monkeypatch.setattr(engine.DaskWorkers, "map", counted)
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        killer = threading.Thread(target=kill_one_at_work, args=(cluster, killed))
        killer.start()
        shared = ran(town, tmp_path / "shared", cluster.scheduler_address.replace("tcp://", engine.SCHEME))
        killer.join()
    assert len(killed) == 1
    assert sum(tasks) > 100
    assert shared.keys() == alone.keys()
    for name in alone:
        assert shared[name] == alone[name], name


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("spark://here", "--engine spark://here: this is not the address of a cluster."),
        ("dask://", "this is not the address of a cluster."),
        ("dask://127.0.0.1:9", "the scheduler does not answer"),
    ],
)
def test_a_cluster_that_is_not_there_is_said_before_any_work(town, tmp_path, monkeypatch, address, says):
    pytest.importorskip("distributed")
    monkeypatch.setattr(engine, "CONNECT_S", 1)
    with pytest.raises(InputError, match=says):
        run(town, "en", out=tmp_path / "out", budget=None, strict=False, engine=address)
    assert not (tmp_path / "out").exists()
