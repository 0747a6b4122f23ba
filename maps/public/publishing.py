"""`coverplan run --public`: beside the results for the office, a folder that may be handed to anybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from layers.problems import InputError, Problem, SaveError
from layers.text import Language, Text, say
from maps.public.document import PUBLIC, write_public
from maps.public.places import KEY_FILE, key_beside
from maps.public.suppressing import public_tables
from maps.saving import refuse_foreign_files

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from maps.totals import Totals


def public_folder(out: Path) -> Path:
    """Return where the public edition of the results in `out` goes; raises SaveError if that holds anything else."""
    there = out.resolve()
    folder = there.with_name(f"{there.name}-public")
    refuse_foreign_files(folder, PUBLIC)
    return folder


def publish(assessment: Assessment, totals: Totals, out: Path, language: Language) -> Text:
    """Write the public edition beside `out` and return what there is to say of it.

    Raises SaveError if it or its key cannot be saved, InputError if the key is no key.
    """
    plan = assessment.plan
    folder = public_folder(out)
    try:
        key = key_beside(plan.folder)
    except OSError as error:
        what = say("cli.disk_refused", detail=error.strerror or "", kept=say("cli.nothing_saved"))
        raise SaveError([Problem(str(plan.folder / KEY_FILE), what, say("cli.see_permissions"))]) from error
    except ValueError as error:
        fix = say("public.bad_key_fix")
        raise InputError([Problem(str(plan.folder / KEY_FILE), say("public.bad_key"), fix)]) from error
    tables = public_tables(assessment, totals, plan.settings.public_smallest)
    write_public(assessment, tables, key, folder, language)
    return say("public.written", out=str(folder), count=tables.kept_back, key=str(plan.folder / KEY_FILE))
