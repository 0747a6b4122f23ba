"""Opens pages in headless Chromium for the tests, and keeps what the browser said and asked for meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium to open the page with")


@dataclass
class Opened:
    """A page and everything the browser said while it was open."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield browser
        browser.close()


def opened(
    browser: Any, file: Path, *, width: int = 1366, height: int = 768, before: str = "", fragment: str = ""
) -> Opened:
    page = browser.new_page(viewport={"width": width, "height": height})
    result = Opened(page)
    page.on("console", lambda message: result.said.append(message.text))
    page.on("pageerror", lambda error: result.said.append(str(error)))
    page.on("dialog", lambda dialog: (result.said.append("dialog: " + dialog.message), dialog.dismiss()))
    page.on("request", lambda request: result.asked.append(request.url))
    if before:
        page.add_init_script(before)
    page.goto(file.as_uri() + fragment)
    page.wait_for_selector("html[data-started]", timeout=60_000)
    return result


def until(page: Any, script: str, *, seconds: float = 10) -> Any:
    """Wait until the script gives something true; the page's policy forbids Playwright's own way of waiting."""
    end = time.monotonic() + seconds
    while not (value := page.evaluate(script)):
        if time.monotonic() > end:
            raise AssertionError(f"not true within {seconds} s: {script}")
        page.wait_for_timeout(20)
    return value


def data_of(page: Any) -> Any:
    """Return the JSON part of the page's data."""
    return page.evaluate("JSON.parse(document.getElementById('data').textContent)")
