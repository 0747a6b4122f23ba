"""What can be wrong with an input, said so that a clerk can put it right.

PlannerError
├── InputError        the input or the call is wrong (exit code 2)
│   ├── PlanError     plan.yaml
│   ├── LayerError    a layer, or what a rule asks of one
│   └── LedgerError   the task ledger
└── SaveError         the result could not be saved (exit code 3)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from layers.text import Language, Text, spoken


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it is, what is wrong (with the value), and how to put it right."""

    where: Text | str
    what: Text | str
    fix: Text | str

    def in_(self, language: Language) -> str:
        """Return the fault as one line in that language."""
        colon, stop = ("：", "") if language == "zh" else (": ", " ")
        return f"{spoken(self.where, language)}{colon}{spoken(self.what, language)}{stop}{spoken(self.fix, language)}"


class PlannerError(Exception):
    """Whatever coverplan tells a user went wrong; carries every Problem that was found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def in_(self, language: Language) -> str:
        """Return all faults in that language, one a line."""
        return "\n".join(problem.in_(language) for problem in self.problems)

    def __str__(self) -> str:
        return self.in_("en")


class InputError(PlannerError, ValueError):
    """The input, or the way coverplan was called, is wrong."""


class PlanError(InputError):
    """plan.yaml cannot be used as it is."""


class LayerError(InputError):
    """A layer cannot be used as it is, or a rule asks for one that is not there."""


class LedgerError(InputError):
    """The task ledger refuses the command, or cannot be trusted as it is."""


class SaveError(PlannerError, OSError):
    """A result could not be saved; what was there before is still whole."""
