"""Asks for known vulnerabilities of the locked dependencies: python .ci/audit.py. Needs pip-audit and its advisory data.

An audit that looked at nothing says "no known vulnerabilities" like any other. This one counts: exit 0 only if every
package of the lock was looked at and none has a known vulnerability; 1 if one has; 2 if it was NOT AUDITED, in whole or
in part.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

LOCK = Path(__file__).with_name("requirements.txt")
CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 2


def verdict(report: dict[str, Any], wanted: Sequence[str]) -> tuple[int, list[str]]:
    """Return the exit code and what to say, from pip-audit's JSON and the names in the lock."""
    found = {str(each["name"]).lower(): each for each in report.get("dependencies", [])}
    looked_at = {name for name, each in found.items() if "skip_reason" not in each}
    missed = sorted(set(wanted) - looked_at)
    bad = [f"{name} {each['version']}: {vuln['id']}" for name, each in found.items() for vuln in each.get("vulns", [])]
    lines = [f"{len(looked_at)} of {len(wanted)} packages audited", *bad]
    if bad:
        return VULNERABLE, lines
    if missed or not wanted:
        return NOT_AUDITED, [*lines, "NOT AUDITED: " + (", ".join(missed) or "the lock is empty")]
    return CLEAN, [*lines, "no known vulnerabilities"]


def names_in(lock: Path) -> list[str]:
    """Return the names in the lock that apply on this machine."""
    from packaging.markers import Marker
    from sbom import locked

    packages = locked(lock.read_text("utf-8"))
    return [str(each["name"]) for each in packages if not each["marker"] or Marker(str(each["marker"])).evaluate()]


def main() -> int:
    """Run the audit and say what came of it."""
    tool = shutil.which("pip-audit")
    if tool is None:
        sys.stdout.write("NOT AUDITED: pip-audit is not installed\n")
        return NOT_AUDITED
    command = [tool, "--strict", "--require-hashes", "--disable-pip", "--format", "json", "-r", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        sys.stdout.write(f"NOT AUDITED: {done.stderr.strip().splitlines()[-1:] or 'pip-audit said nothing'}\n")
        return NOT_AUDITED
    code, lines = verdict(report, names_in(LOCK))
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
