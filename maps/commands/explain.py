"""`coverplan explain`: the numbers behind one gap or one project, in sentences; of a task (`#12`), its whole history."""

from __future__ import annotations

import json
import re
from pathlib import Path

from layers.text import Language
from maps.commands.results import read_result
from maps.wording import shown

_TASK = re.compile(r"#?\d{1,6}")


def explain(out: Path, id_: str, asked: Language | None, *, as_json: bool) -> int:
    """Print what the results in `out` say of that gap or project and return the exit code.

    `#12`, or 12, is a task of the ledger beside the results. Raises InputError if there is none of that id.
    """
    if _TASK.fullmatch(id_):
        from maps.tasks.desk import desk
        from maps.tasks.listing import show

        spoken = asked or read_result(out).language
        return show(desk(spoken, ledger=None, beside=out, as_json=as_json), int(id_.lstrip("#")))
    from geo.explain import Tables
    from geo.explain import explain as said_of

    result = read_result(out)
    language = asked or result.language
    sentences = said_of(id_, Tables(result.coverage, result.gaps, result.projects, result.beside), result.rules)
    lines = [shown(sentence.in_(language)) for sentence in sentences]
    print(json.dumps({"id": id_, "says": lines}, ensure_ascii=False, indent=1) if as_json else "\n".join(lines))
    return 0
