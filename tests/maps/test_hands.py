"""Work shared out over processors: all of it is done, once, and nothing is lost when a copy fails."""

import os
import sys
import time
from pathlib import Path

import pytest

from maps.hands import begun_ahead, share_out
from maps.writing import write
from tests.maps.fakes import town

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="this system makes no copies of processes"
)
NAMES = tuple("abcdefgh")


def children():
    return {pid for thread in Path("/proc/self/task").iterdir() for pid in (thread / "children").read_text().split()}


def noting(folder, name):
    def work():
        with (folder / name).open("a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(0.02)

    return work


def test_every_work_is_done_once_by_more_than_one_process(tmp_path):
    told = []
    share_out({name: noting(tmp_path, name) for name in NAMES}, told.append)
    hands = [(tmp_path / name).read_text().split() for name in NAMES]
    assert [len(hand) for hand in hands] == [1] * len(NAMES)
    assert len({hand[0] for hand in hands}) > 1
    assert sorted(told) == list(NAMES)


@pytest.mark.parametrize("fault", ["raises", "killed"])
def test_what_a_copy_leaves_undone_is_done_by_the_caller(tmp_path, fault):
    caller, told = os.getpid(), []

    def work_of(name):
        def work():
            time.sleep(0.02)
            if os.getpid() != caller:
                if fault == "killed":
                    os.kill(os.getpid(), 9)
                raise ValueError("no")
            (tmp_path / name).write_text(name)

        return work

    share_out({name: work_of(name) for name in NAMES}, told.append)
    assert [(tmp_path / name).read_text() for name in NAMES] == list(NAMES)
    assert sorted(told) == list(NAMES)


def test_a_fault_of_the_caller_is_raised_and_no_copy_outlives_it():
    caller, started = os.getpid(), time.monotonic()

    def work():
        if os.getpid() != caller:
            time.sleep(60)
        time.sleep(0.1)
        raise ValueError("the caller")

    before = children()
    with pytest.raises(ValueError, match="the caller"):
        share_out(dict.fromkeys(NAMES, work), print)
    assert time.monotonic() - started < 30
    assert children() <= before  # browsers and servers of other tests may be there, or have ended meanwhile


def test_results_are_the_same_bytes_with_one_processor(tmp_path, monkeypatch):
    write(town(), tmp_path / "two")
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0})
    write(town(), tmp_path / "one")
    for path in (tmp_path / "two").iterdir():
        if path.name != "run.json":
            assert path.read_bytes() == (tmp_path / "one" / path.name).read_bytes(), path.name


def test_work_begun_ahead_is_done_by_a_copy_and_waited_for(tmp_path):
    with begun_ahead() as other:
        other.begin(noting(tmp_path, "a"))
        assert other.is_done()
        assert not other.is_done()
    assert (tmp_path / "a").read_text() != f"{os.getpid()}\n"


def test_work_ahead_that_failed_or_was_never_begun_is_not_done():
    with begun_ahead() as other:
        assert not other.is_done()
        other.begin(lambda: 1 / 0)
        assert not other.is_done()


def test_no_copy_outlives_what_it_was_begun_for():
    before = children()
    with begun_ahead() as other:
        other.begin(lambda: time.sleep(60))
        assert children() != before
    assert children() == before
