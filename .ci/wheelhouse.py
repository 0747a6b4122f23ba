"""Fill a folder with all that a machine without internet needs to install coverplan: wheels, hashes and instructions.

    python3 .ci/wheelhouse.py windows FOLDER [--python 3.11]     Windows, 64 bit
    python3 .ci/wheelhouse.py linux FOLDER                       Linux on x86-64 (glibc 2.28 or newer)
    python3 .ci/wheelhouse.py linux-arm FOLDER                   Linux on aarch64

The folder goes to the other machine as it is; the one line to run there stands in its INSTALL.txt.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Tags of wheels each kind of machine takes, newest first. glibc 2.28: Kylin V10, UOS 20, Debian 10 and newer.
_GLIBC = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_24", "manylinux_2_17", "manylinux2014")
PLATFORMS = {
    "windows": ("win_amd64",),
    "linux": tuple(f"{tag}_x86_64" for tag in _GLIBC),
    "linux-arm": tuple(f"{tag}_aarch64" for tag in _GLIBC),
}
INSTALL = """coverplan without internet · 离线安装 coverplan

On the machine without internet, in this folder, with Python {python}:
在不能上网的电脑上进入本目录，用 Python {python} 执行：

    {command} -m venv --without-pip coverplan-env
    {run} {pip}/pip install --no-index --find-links . --require-hashes -r requirements.txt
    {run} {pip}/pip install --no-index --find-links . --no-deps {wheel}

Then · 然后： {coverplan} demo
"""


def main(arguments: list[str]) -> int:
    """Fill the folder; returns 0, or the exit code of the download that failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("platform", choices=PLATFORMS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default="3.11", choices=["3.11", "3.12", "3.13"])
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    code = download(asked.platform, asked.python, asked.folder)
    if code == 0:
        wheel = build(asked.folder)
        for file in ("requirements.txt", next(HERE.glob("pip-*.whl")).name):
            shutil.copy(HERE / file, asked.folder)
        (asked.folder / "INSTALL.txt").write_text(instructions(asked.platform, asked.python, wheel), encoding="utf-8")
    return code


def download(platform: str, python: str, folder: Path) -> int:
    """Fetch every wheel of the lock for that kind of machine, each held against its hash."""
    tags = [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
    with tempfile.TemporaryDirectory() as scratch:
        lock = Path(scratch, "requirements.txt")
        lock.write_text(for_platform((HERE / "requirements.txt").read_text(), platform, python))
        wanted = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--python-version", python, *tags]
        return pip("download", *wanted, "-d", str(folder), "-r", str(lock))


def for_platform(lock: str, platform: str, python: str) -> str:
    """Return the lock with the entries that hold there, without their conditions, which pip would judge by this machine.

    An entry is a line `name==version ; condition \\` with its hashes indented below it.
    """
    from packaging.markers import Marker

    windows = platform == "windows"
    there = {
        "python_version": python,
        "python_full_version": f"{python}.99",
        "sys_platform": "win32" if windows else "linux",
        "platform_system": "Windows" if windows else "Linux",
        "os_name": "nt" if windows else "posix",
        "platform_machine": {"windows": "AMD64", "linux": "x86_64", "linux-arm": "aarch64"}[platform],
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    kept, holds = [], True
    for line in lock.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            entry, _, condition = line.rstrip(" \\").partition(" ; ")
            holds = not condition or Marker(condition).evaluate(there)
            line = f"{entry} \\"
        if holds:
            kept.append(line)
    return "\n".join(kept) + "\n"


def build(folder: Path) -> str:
    """Build coverplan's own wheel into the folder; returns its name."""
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder), str(HERE.parent), check=True)
    return max(folder.glob("coverplan-*.whl"), key=lambda path: path.stat().st_mtime).name


def instructions(platform: str, python: str, wheel: str) -> str:
    """Return what to type on the other machine."""
    windows = platform == "windows"
    return INSTALL.format(
        python=python,
        command=f"py -{python}" if windows else f"python{python}",
        run="coverplan-env\\Scripts\\python" if windows else "coverplan-env/bin/python",
        coverplan="coverplan-env\\Scripts\\coverplan" if windows else "coverplan-env/bin/coverplan",
        pip=next(HERE.glob("pip-*.whl")).name,
        wheel=wheel,
    )


def pip(*arguments: str, check: bool = False) -> int:
    """Run the pip beside this file."""
    wheel = next(HERE.glob("pip-*.whl"))
    quiet = ["--quiet", "--disable-pip-version-check"]
    return subprocess.run([sys.executable, wheel / "pip", *arguments, *quiet], check=check).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
