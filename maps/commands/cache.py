"""`coverplan cache`: where layers that were read before are kept, and how to be rid of them."""

from __future__ import annotations

import os

from layers.cache import MOST_BYTES, clear, entries, user_folder
from layers.problems import Problem, SaveError
from layers.text import Language, say


def cache(language: Language, *, clear_it: bool) -> int:
    """Print where the cache is and how much it holds, once it was cleared if so asked, and return the exit code.

    Raises SaveError if it cannot be cleared.
    """
    folder = user_folder(os.environ)
    if folder is None:
        print(say("cache.none").in_(language))
        return 0
    try:
        if clear_it:
            clear(folder)
        sizes = [path.stat().st_size for path in entries(folder)]
    except OSError as error:
        what = say("cli.disk_refused", detail=error.strerror or str(error), kept=say("cache.kept"))
        raise SaveError([Problem(str(folder), what, say("cli.see_permissions"))]) from error
    megabytes = {"mb": round(sum(sizes) / 1024**2, 1), "most": MOST_BYTES // 1024**2}
    print(say("cache.holds", folder=str(folder), count=len(sizes), **megabytes).in_(language))
    return 0
