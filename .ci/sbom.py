"""Writes what coverplan is made of as a CycloneDX list, from the locked dependencies: python .ci/sbom.py [FILE]."""

from __future__ import annotations

import json
import re
import sys
import tomllib
import uuid
from pathlib import Path

HERE = Path(__file__).parent
_PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\\n]+))?"
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def locked(text: str) -> list[dict[str, object]]:
    """Return the packages of a lock with the hashes of all their files and where they apply; raises ValueError for one without any."""
    packages: list[dict[str, object]] = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        found = _PINNED.match(block)
        if not found:
            continue
        hashes = sorted(set(_HASH.findall(block)))
        if not hashes:
            raise ValueError(f"{found['name']} has no hash in the lock")
        marker = (found["marker"] or "").strip()
        packages.append(
            {"name": found["name"].lower(), "version": found["version"], "hashes": hashes, "marker": marker}
        )
    return sorted(packages, key=lambda package: str(package["name"]))


def bill(packages: list[dict[str, object]], version: str) -> dict[str, object]:
    """Return the list as CycloneDX 1.5; the same lock gives the same list."""
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{package['name']}@{package['version']}",
            "name": package["name"],
            "version": package["version"],
            "purl": f"pkg:pypi/{package['name']}@{package['version']}",
            "hashes": [{"alg": "SHA-256", "content": each} for each in package["hashes"]],  # type: ignore[attr-defined]
        }
        for package in packages
    ]
    own = {"type": "application", "bom-ref": "coverplan", "name": "coverplan", "version": version}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([own, components]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": own},
        "components": components,
        "dependencies": [{"ref": "coverplan", "dependsOn": [each["bom-ref"] for each in components]}],
    }


def main() -> None:
    """Write the list to the file named, or to the terminal."""
    version = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    text = json.dumps(bill(locked((HERE / "requirements.txt").read_text("utf-8")), version), indent=1) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
