"""`coverplan init`: a plan to start from."""

from __future__ import annotations

from pathlib import Path

from layers.library import DEFAULT_PROFILE
from layers.text import Language, say
from maps.wording import shown


def init(folder: Path, language: Language, *, osm: Path | None, profile: str | None) -> int:
    """Write a starter plan into the folder, print what is there now and what to do next, return the exit code.

    Raises InputError if the folder has a plan already or the OpenStreetMap file cannot be used.
    """
    from layers.starter import start

    started = start(folder, osm=osm, profile=profile or DEFAULT_PROFILE, language=language)
    lines = [say("cli.started").in_(language), *(f"  {file}" for file in started.files)]
    lines += [f"  · {note.in_(language)}" for note in started.notes]
    next_step = "cli.then_run" if osm else "cli.then_fill"
    print(shown("\n".join([*lines, "", say(next_step, plan=str(started.plan)).in_(language)])))
    return 0
