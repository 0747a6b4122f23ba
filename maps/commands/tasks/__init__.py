"""`coverplan tasks …`: what may be typed, by the stage of the work. The work itself is in `maps/tasks`, imported when it is used.

beginning   onto a list, until it is approved          beside    standing, set aside, escalated, noted
working     claimed, reported, extended, done          reading   lists, summaries, reports
closing     verified, linked, accepted, visited        keeping   exports, workbook, audit, backups, migration
"""

from __future__ import annotations

from maps.commands.tasks import beginning, working, closing, beside, reading, keeping  # isort: skip  # noqa: F401 (in the order of a task's life)
from maps.commands.tasks.shared import tasks_app

__all__ = ["tasks_app"]
