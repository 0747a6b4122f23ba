"""Reason codes speak, with the figure they carry."""

from __future__ import annotations

from geo.reasons import reason_text
from layers.text import spoken


def test_figure_after_the_colon_of_a_code_is_in_its_sentence() -> None:
    assert spoken(reason_text("off_network:813"), "en") == "813 m from the nearest road, too far to be joined to it"


def test_code_that_the_catalogue_lacks_stays_as_it_is() -> None:
    assert reason_text("own_code:7") == "own_code:7"
