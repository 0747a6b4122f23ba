"""Makes the picture of the map in the README from the bundled town: python -m examples.picture [FILE.png] [--lang zh|en].

Needs Chromium and playwright (the group `dev`).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from geo.assessment import assess
from layers.planreading import read_plan
from layers.reading import read_layers
from maps.page import write_page

CHROMIUM = "/usr/bin/chromium"


def picture(file: Path, language: str) -> None:
    """Write a screenshot of the bundled town's page, as it opens at 1366 x 768, to that file."""
    from playwright.sync_api import sync_playwright

    plan = read_plan(Path(__file__).parent / "dongtang" / "plan.yaml")
    html = write_page(assess(plan, read_layers(plan)), language="en" if language == "en" else "zh")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "map.html"
        page_file.write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(page_file.as_uri())
        page.wait_for_selector("html[data-started]")
        page.wait_for_timeout(200)
        page.screenshot(path=str(file))
        browser.close()


def main() -> None:
    """Read the command line and make the picture."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("file", nargs="?", type=Path, default=Path(__file__).parents[1] / "docs" / "map.png")
    arguments.add_argument("--lang", choices=("zh", "en"), default="zh")
    given = arguments.parse_args()
    picture(given.file, given.lang)


if __name__ == "__main__":
    main()
