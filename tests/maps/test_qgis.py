"""What we hand over, opened by a real QGIS."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from maps.package import write_package
from tests.maps.fakes import town

SYSTEM_PYTHON = Path("/usr/bin/python3")
SCRIPT = Path(__file__).with_name("qgis_opens.py")


def qgis_is_there() -> bool:
    """Return whether the system's own Python has QGIS (Debian's python3-qgis)."""
    if not SYSTEM_PYTHON.exists():
        return False
    done = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    return done.returncode == 0


def opened(provider: str, address: str, home: Path) -> dict[str, dict[str, Any]]:
    command = [SYSTEM_PYTHON, "-E", SCRIPT, provider, address]
    plain = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": str(home)}
    done = subprocess.run(command, env=plain, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


needs_qgis = pytest.mark.skipif(not qgis_is_there(), reason="QGIS (python3-qgis) is not installed")


NOT_ON_THE_MAP = {"layer_styles", "coverplan_gaps", "coverplan_edits"}


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("qgis")
    assessment = town()
    write_package(assessment, folder / "result.gpkg", "zh")
    return opened("ogr", str(folder / "result.gpkg"), folder)


@needs_qgis
def test_qgis_opens_every_layer_with_its_rows_and_place(layers):
    spatial = {name: layer for name, layer in layers.items() if name not in NOT_ON_THE_MAP}
    assert {"villages", "gaps", "projects", "dark_stretches", "places_LGT-01"} <= set(spatial)
    assert all(layer["valid"] and layer["rows"] > 0 for layer in spatial.values()), spatial
    assert {layer["crs"] for layer in spatial.values()} == {"EPSG:4547"}


@needs_qgis
def test_qgis_colours_layers_by_our_styles_as_soon_as_they_open(layers):
    assert layers["places_LGT-01"]["categories"] == {"met": "达标", "short": "未达标", "unknown": "情况不明"}
    assert layers["places_LGT-01"]["colours"] == ["#009e73", "#8c8c8c", "#d55e00"]
    assert set(layers["villages"]["categories"]) == {*(f"short_{i}" for i in range(1, 6)), "met", "unknown"}
    assert len(layers["villages"]["colours"]) == 7
    assert layers["villages"]["labels"]
    assert layers["projects"]["labels"]
