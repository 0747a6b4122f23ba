"""OUT/ is the old results or the new ones, whatever happens in between."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from layers.problems import SaveError
from maps import saving
from maps.saving import replacing

# Writes run number N into every file, slowly, so that a kill falls anywhere; in both ways of swapping.
WRITER = """
import sys, time
from pathlib import Path
from maps import saving
out, number, way = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
if way == "renames":
    saving._exchanged = lambda one, other: False
print("ready", flush=True)
with saving.replacing(out) as folder:
    for name in saving.OUTPUTS:
        (folder / name).write_text(number * 1000)
        time.sleep(0.002)
print("done", flush=True)
"""


def filled(out: Path, text: str) -> None:
    with replacing(out) as folder:
        for name in saving.OUTPUTS:
            (folder / name).write_text(text)


def said(error: SaveError) -> str:
    return error.in_("en")


def test_new_results_take_the_place_of_old_ones_and_nothing_is_left_beside_them(tmp_path):
    out = tmp_path / "out"
    filled(out, "one")
    filled(out, "two")
    assert {path.read_text() for path in out.iterdir()} == {"two"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_fault_half_way_leaves_the_old_results_and_no_litter(tmp_path):
    out = tmp_path / "out"
    filled(out, "one")

    def half() -> None:
        with replacing(out) as folder:
            (folder / "map.html").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert {path.read_text() for path in out.iterdir()} == {"one"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("way", ["exchange", "renames"])
def test_killed_at_any_point_the_folder_is_all_old_or_all_new(tmp_path, way):
    out, kills = tmp_path / "out", 0
    filled(out, "0" * 1000)
    for number in range(1, 13):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(out), str(number % 10), way], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(number * 0.003)
        process.send_signal(signal.SIGKILL)
        kills += "done" not in process.stdout.read()
        process.stdout.close()
        process.wait()
        if not out.exists():  # killed between two renames: the next run mends that first
            assert way == "renames"
            saving._mend(out)
        contents = {path.read_text() for path in out.iterdir()}
        assert len(contents) == 1
        assert sorted(path.name for path in out.iterdir()) == sorted(saving.OUTPUTS)
    assert kills
    filled(out, "last")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]  # what the killed runs left is gone


def test_killed_between_two_renames_the_old_results_come_back(tmp_path):
    out = tmp_path / "out"
    filled(out, "one")
    out.rename(tmp_path / ".out.old-0123abcd")
    with pytest.raises(RuntimeError), replacing(out):
        raise RuntimeError
    assert {path.read_text() for path in out.iterdir()} == {"one"}


@pytest.mark.skipif(os.name != "posix", reason="folders are locked on POSIX only")
def test_the_folder_of_a_run_still_going_on_is_left_alone(tmp_path):
    out = tmp_path / "out"
    with replacing(out) as mine:
        filled(out, "another run")
        assert mine.is_dir()
        for name in saving.OUTPUTS:
            (mine / name).write_text("mine")
    assert {path.read_text() for path in out.iterdir()} == {"mine"}


def test_a_folder_with_other_files_is_refused_and_each_is_named(tmp_path):
    out = tmp_path / "out"
    filled(out, "one")
    (out / "notes.docx").write_text("mine")
    (out / "photos").mkdir()
    with pytest.raises(SaveError) as refused:
        filled(out, "two")
    assert said(refused.value) == (
        f"{out / 'notes.docx'}: coverplan did not write this; replacing the folder would delete it. "
        "Move it away, or name another folder with --out.\n"
        f"{out / 'photos'}: coverplan did not write this; replacing the folder would delete it. "
        "Move it away, or name another folder with --out."
    )
    assert (out / "map.html").read_text() == "one"


def test_what_a_desktop_leaves_in_a_folder_is_not_minded(tmp_path):
    out = tmp_path / "out"
    filled(out, "one")
    (out / "Thumbs.db").write_text("")
    filled(out, "two")
    assert (out / "map.html").read_text() == "two"


@pytest.mark.parametrize(
    ("mark", "file"),
    [
        ("~$projects.xlsx", "projects.xlsx"),
        (".~lock.projects.xlsx#", "projects.xlsx"),
        (".~lock.gaps.csv#", "gaps.csv"),
        ("result.gpkg-wal", "result.gpkg"),
    ],
)
def test_a_file_open_in_another_program_is_named(tmp_path, mark, file):
    out = tmp_path / "out"
    filled(out, "one")
    (out / mark).write_text("")
    with pytest.raises(SaveError) as refused:
        filled(out, "two")
    assert said(refused.value) == (
        f"{out / file}: another program has this file open. Close it in Excel, WPS, LibreOffice or QGIS and run again."
    )


def test_a_file_where_the_folder_should_be_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(SaveError, match="this is a file, not a folder"):
        filled(tmp_path / "out", "one")


def test_the_new_folder_may_be_read_by_whom_the_old_one_could(tmp_path):
    out = tmp_path / "out"
    filled(out, "one")
    assert out.stat().st_mode & 0o777 == 0o777 & ~_umask()
    out.chmod(0o750)
    filled(out, "two")
    assert out.stat().st_mode & 0o777 == 0o750


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full; the old results are untouched. Free some space or use another disk, and run again."),
        (errno.EACCES, "writing is not allowed, or another program has a file open; the old results are untouched. "
         "Close open files, check the folder's permissions, or name another folder with --out."),
        (errno.EIO, "it could not be written (Input/output error); the old results are untouched. "
         "Check the disk and the path, or name another folder with --out."),
    ],
)  # fmt: skip
def test_what_the_disk_refuses_is_one_clear_sentence(tmp_path, code, words):
    out = tmp_path / "out"
    filled(out, "one")
    with pytest.raises(SaveError) as refused, replacing(out):
        raise OSError(code, os.strerror(code))
    assert said(refused.value) == f"{out}: {words}"
    assert (out / "map.html").read_text() == "one"


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system of one megabyte")
def test_a_full_disk_leaves_the_old_results(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.decode().strip()}")
    try:
        filled(small / "out", "one")
        with pytest.raises(SaveError, match="the disk is full; the old results are untouched"):
            filled(small / "out", "x" * 400_000)
        assert (small / "out" / "map.html").read_text() == "one"
        assert [path.name for path in small.iterdir()] == ["out"]
    finally:
        subprocess.run(["umount", str(small)], check=True)
