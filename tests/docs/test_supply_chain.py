"""What coverplan is made of is listed from the lock, every file of it by its hash; an audit that saw nothing fails."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

CI = Path(__file__).resolve().parents[2] / ".ci"


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, CI / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_every_locked_dependency_is_pinned_by_hash():
    for lock in ("requirements.txt", "requirements-dev.txt"):
        packages = module("sbom").locked((CI / lock).read_text("utf-8"))
        assert len(packages) > 20
        assert all(package["hashes"] for package in packages)


def test_a_dependency_without_a_hash_is_refused():
    with pytest.raises(ValueError, match="numpy has no hash in the lock"):
        module("sbom").locked("numpy==2.0.0\n    # via x\n")


def test_the_bill_of_materials_names_every_direct_dependency_and_is_the_same_each_time():
    one, other = (
        subprocess.run([sys.executable, CI / "sbom.py"], capture_output=True, text=True, check=True).stdout
        for _ in "ab"
    )
    assert one == other
    bill = json.loads(one)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    names = {component["name"] for component in bill["components"]}
    assert names >= {"folium", "geopandas", "numpy", "pyogrio", "shapely", "xlsxwriter", "typer", "pydantic"}
    assert all(len(each["content"]) == 64 for component in bill["components"] for each in component["hashes"])


def test_an_audit_that_looked_at_nothing_or_not_at_everything_fails():
    verdict = module("audit").verdict
    skipped = {"dependencies": [{"name": "numpy", "skip_reason": "no data"}]}
    sound = {"dependencies": [{"name": "numpy", "version": "2.0", "vulns": []}]}
    bad = {"dependencies": [{"name": "numpy", "version": "2.0", "vulns": [{"id": "PYSEC-1"}]}]}
    assert verdict({}, ["numpy"])[0] == 2
    assert verdict(skipped, ["numpy"]) == (2, ["0 of 1 packages audited", "NOT AUDITED: numpy"])
    assert verdict(sound, ["numpy", "shapely"])[0] == 2
    assert verdict(sound, [])[0] == 2
    assert verdict(bad, ["numpy"]) == (1, ["1 of 1 packages audited", "numpy 2.0: PYSEC-1"])
    assert verdict(sound, ["numpy"])[0] == 0


def test_only_what_applies_to_this_machine_is_asked_of_an_audit():
    pytest.importorskip("packaging", reason="packaging is not installed")
    names = module("audit").names_in(CI / "requirements.txt")
    assert ("colorama" in names) == (sys.platform == "win32")
    assert "numpy" in names


def test_where_the_tool_is_missing_the_audit_says_so(tmp_path):
    done = subprocess.run(
        [sys.executable, CI / "audit.py"], capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)}
    )
    assert (done.returncode, done.stdout) == (2, "NOT AUDITED: pip-audit is not installed\n")
