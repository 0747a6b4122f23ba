"""One plan on the desk: its layers read once, and the scenarios that people ask for worked out by geo, each once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from maps.serve.scenario import Scenario, applied

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from layers.layer import Layers
    from layers.plan import Plan
    from layers.text import Language

# A town's assessment is some 50 MB; the ones asked for last are kept, so that going back and forth is at once.
KEPT = 8


@dataclass(eq=False)
class Desk:
    """A plan and its layers, with the last scenarios asked for.

    It holds state, against our habit, because several people ask at once: each scenario is worked out by whoever comes
    first, and one at a time, since the sweeps use every processor themselves.
    """

    plan: Plan
    layers: Layers
    _kept: OrderedDict[Scenario, Assessment] = field(default_factory=OrderedDict, repr=False)
    _pages: OrderedDict[tuple[Scenario, Language], str] = field(default_factory=OrderedDict, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def assessment(self, asked: Scenario) -> Assessment:
        """Return the assessment of the plan under that scenario; raises InputError where a rule does not allow a number."""
        with self._turn:
            return self._worked_out(asked)

    def page(self, asked: Scenario, language: Language) -> str:
        """Return the gap map under that scenario as one HTML text."""
        from maps.page import write_page

        with self._turn:
            key = (asked, language)
            if key not in self._pages:
                self._pages[key] = write_page(self._worked_out(asked), language=language)
                _drop_oldest(self._pages)
            self._pages.move_to_end(key)
            return self._pages[key]

    def _worked_out(self, asked: Scenario) -> Assessment:
        if asked not in self._kept:
            self._kept[asked] = self._ranked_anew(asked) if asked.only_ranks else self._judged_anew(asked)
            _drop_oldest(self._kept)
        self._kept.move_to_end(asked)
        return self._kept[asked]

    def _judged_anew(self, asked: Scenario) -> Assessment:
        from geo.assessment import assess

        return assess(applied(asked, self.plan), self.layers)

    def _ranked_anew(self, asked: Scenario) -> Assessment:
        """Return the plan's own assessment ranked under other weights, another budget or without some projects."""
        from geo.whatif import what_if

        if asked == Scenario():
            return self._judged_anew(asked)
        weights = {rule_id: weight for rule_id, _, weight in asked.numbers}
        return what_if(self._worked_out(Scenario()), applied(asked, self.plan).settings, weights=weights)


def _drop_oldest(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > KEPT:
        kept.popitem(last=False)
