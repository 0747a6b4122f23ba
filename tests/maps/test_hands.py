"""Work beside: done on another processor or by the caller, and never lost in between."""

import os
import sys
import time

import pytest

from maps.hands import beside
from maps.writing import write
from tests.maps.fakes import town

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="this system makes no copies of processes"
)


def test_work_done_by_a_copy_is_on_the_disk_and_says_so(tmp_path):
    with beside(lambda: (tmp_path / "made").write_text("x")) as done:
        assert done()
    assert (tmp_path / "made").read_text() == "x"


def test_work_that_fails_or_is_killed_in_the_copy_is_left_to_the_caller():
    def killed():
        os.kill(os.getpid(), 9)

    def failing():
        raise ValueError("no")

    for work in (killed, failing):
        with beside(work) as done:
            assert not done()


def test_a_copy_does_not_outlive_a_caller_that_fails():
    started = time.monotonic()
    with pytest.raises(ValueError, match="the caller"), beside(lambda: time.sleep(60)):
        raise ValueError("the caller")
    assert time.monotonic() - started < 30
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_results_are_the_same_bytes_with_one_processor(tmp_path, monkeypatch):
    write(town(), tmp_path / "two")
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0})
    write(town(), tmp_path / "one")
    for path in (tmp_path / "two").iterdir():
        if path.name != "run.json":
            assert path.read_bytes() == (tmp_path / "one" / path.name).read_bytes(), path.name
