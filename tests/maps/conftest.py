"""One browser and one written page for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maps.page import write_page
from tests.maps.browsing import Opened, chromium, opened
from tests.maps.fakes import town


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "map.html"
    file.write_text(write_page(town(), language="zh"), encoding="utf-8")
    return file


@pytest.fixture
def shown(browser: Any, written: Path) -> Iterator[Opened]:
    result = opened(browser, written)
    yield result
    result.page.close()
