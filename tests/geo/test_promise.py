"""A few worlds of the campaign `promise`: what is promised is what a second full assessment finds."""

from __future__ import annotations

import pytest

from tests.campaigns.promise import faults


@pytest.mark.parametrize("seed", range(4))
def test_projects_list_and_best_set_keep_what_they_promise(seed):
    looked_at = list(faults(seed))
    assert len(looked_at) >= 2
    assert [(name, fault) for name, fault in looked_at if fault] == []
