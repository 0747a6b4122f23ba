"""Set coverplan up from a fresh clone with nothing but Python, then run it.

    python3 .ci/start.py demo            the bundled town, end to end
    python3 .ci/start.py test            the tests
    python3 .ci/start.py run PLAN.yaml   any other coverplan command

Everything goes into the folder .venv of the clone, from a locked list with hashes; a second call finds it there. The pip
that installs it lies beside this file, because a plain Debian has neither pip nor ensurepip.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ENV = ROOT / ".venv"
PYTHON = ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)


def main(arguments: list[str]) -> int:
    """Set up what the command needs and run it; returns its exit code."""
    if sys.version_info < OLDEST:
        sys.stderr.write("coverplan needs Python 3.11 or newer. 需要 Python 3.11 或更新版本。\n")
        return 2
    testing = arguments[:1] == ["test"]
    set_up("requirements-dev.txt" if testing else "requirements.txt")
    command = ["-m", "pytest", "-n", "auto", *arguments[1:]] if testing else ["-m", "maps", *(arguments or ["--help"])]
    return subprocess.call([PYTHON, *command], cwd=ROOT if testing else None)


def set_up(lock: str) -> None:
    """Make .venv hold what the lock file lists, and coverplan itself; quick when it does already."""
    wanted = fingerprint(lock)
    done = ENV / f"{lock}.done"
    if done.is_file() and done.read_text() == wanted and PYTHON.is_file():
        return
    sys.stderr.write("Setting up .venv (once; a minute or two) … 正在准备运行环境（仅第一次，约一两分钟）……\n")
    if not PYTHON.is_file():
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(ENV)
    pip("--require-hashes", "--only-binary", ":all:", "-r", str(HERE / lock))
    pip("--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT))
    # pip compiles what it installs, but not an editable project; where Python may write no bytecode, each start would.
    subprocess.run([PYTHON, "-m", "compileall", "-q", "layers", "geo", "maps"], cwd=ROOT, check=True)
    done.write_text(wanted)


def fingerprint(lock: str) -> str:
    """Return what the environment depends on: the lock, how the project is packaged, and which Python this is."""
    parts = [
        (HERE / lock).read_bytes(),
        (ROOT / "pyproject.toml").read_bytes(),
        sys.version.encode(),
        str(ROOT).encode(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def pip(*arguments: str) -> None:
    """Install into .venv with the pip beside this file."""
    wheel = next(HERE.glob("pip-*.whl"))
    quiet = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location"]
    subprocess.run([PYTHON, wheel / "pip", "install", *quiet, *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
