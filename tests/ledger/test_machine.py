"""Whatever people do, in whatever order: the machine's own promises, tried by hypothesis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from geo.closing import CheckedRun, drafts, verdicts
from geo.followup import follow_up, judged_rule
from geo.ongoing import tracked
from layers.ledger import acts
from layers.ledger.lights import light
from layers.ledger.places import ledger_at
from layers.ledger.replay import replayed
from layers.ledger.states import BEFORE_APPROVAL, MOVES, NEW, STATES, sources, target
from layers.ledger.task import State, Task
from layers.problems import LedgerError
from tests.ledger.desks import DUE, NOW, SQUARE, claim, enter, gap_item, item, new_ledger

CRS = "EPSG:4547"
ACTS = (
    "screen",
    "deliberate",
    "approve",
    "claim",
    "update",
    "extend",
    "done",
    "close",
    "visit",
    "sulk",
    "stand",
    "waive",
    "resume",
)


def decided(what: str, state: State, task_id: int, day: int) -> list:
    """Return what a command would write, by its name."""
    evidence = [{"note": f"看过{day}"}]
    late = DUE + dt.timedelta(days=day)
    full = {"leader": "张三", "department": "住建办", "due": DUE}
    made = {
        "screen": lambda: acts.screened(
            state, task_id, ("project", "procedure", "law")[day % 3], passed=day % 7 > 0, reason="r"
        ),
        "deliberate": lambda: acts.deliberated(state, task_id, {"for": 3, "against": 1, "abstain": 0}, ""),
        "approve": lambda: acts.approved(state, task_id, full if day % 2 else {}),
        "claim": lambda: claim(state, task_id),
        "update": lambda: acts.updated(state, task_id, {"progress": day / 100}, f"n{day}"),
        "extend": lambda: acts.extended(state, task_id, late, "雨"),
        "done": lambda: acts.done(state, task_id, evidence, None),
        "close": lambda: acts.inspected(state, task_id, "李四", evidence),
        "visit": lambda: acts.visited(state, task_id, satisfied=True, score=5, note="", due=None, today=NOW.date()),
        "sulk": lambda: acts.visited(state, task_id, satisfied=False, score=1, note="", due=late, today=NOW.date()),
        "stand": lambda: acts.made_standing(state, task_id, 30),
        "waive": lambda: acts.declined(state, task_id, "搬迁", None),
        "resume": lambda: acts.resumed(state, task_id, "不搬了"),
    }
    return made[what]()


class Office(RuleBasedStateMachine):
    """People at one ledger, and a village A whose truth is known: is it short of cleaners now, or not?"""

    def __init__(self, new_place: Callable[[], str]) -> None:
        super().__init__()
        self.new_place = new_place

    @initialize(route=st.sampled_from(["direct", "full"]))
    def open_ledger(self, route: str) -> None:
        self.opening = ledger_at(new_ledger(self.new_place(), route=route))
        self.ledger = self.opening.__enter__()
        self.route, self.runs, self.is_short = route, 0, True
        self._enter(gap_item)
        self._enter(item)

    def teardown(self) -> None:
        if hasattr(self, "opening"):
            self.opening.__exit__(None, None, None)

    def _enter(self, decide) -> bool:
        try:
            self.ledger = enter(self.ledger, decide).ledger
        except LedgerError:
            return False
        return True

    @rule(what=st.sampled_from(ACTS), task_id=st.sampled_from([1, 2]), day=st.integers(1, 60))
    def act(self, what: str, task_id: int, day: int) -> None:
        before = self.ledger.state.tasks[task_id]
        if self._enter(lambda state: decided(what, state, task_id, day)):
            after = self.ledger.state.tasks[task_id]
            assert not (after.is_closed and not before.is_closed and after.gaps), "only a check closes what has a gap"
            if after.state == "approved" and before.state in BEFORE_APPROVAL:
                assert all(getattr(after, name) for name in acts.REQUIRED)
            if self.route == "full" and after.state == "claimed":
                assert before.state in ("approved", "claimed")

    @rule()
    def hire(self) -> None:
        self.is_short = False

    @rule()
    def leave(self) -> None:
        self.is_short = True

    @rule(fresh=st.booleans())
    def verify(self, fresh: bool) -> None:
        self.runs += fresh or not self.runs
        before = self.ledger.state.tasks[1]
        run = CheckedRun(f"inputs-{self.runs}.{self.is_short}", "2026-12-01", {"R": "r1"}, "rules", CRS)
        gaps = [one.gap for one in tracked([before])] if self.is_short else []
        shape = tracked([before])[0].gap.geometry
        import numpy as np

        seen = {"R": judged_rule(gaps, ["A"], ["short" if self.is_short else "met"], np.array([shape], dtype=object))}

        def decide(state: State) -> list:
            followup = follow_up(tracked(state.tasks.values()), seen)
            return drafts(state, verdicts(state, followup, run, accept_changed_rules=False), run)

        assert self._enter(decide)
        after = self.ledger.state.tasks[1]
        if after.state == "verified" and before.state != "verified":
            assert before.state == "done"
            assert not self.is_short
        if before.is_closed and self.is_short and fresh:
            assert after.state == "rework"
            assert after.id == before.id

    @invariant()
    def replay_agrees(self) -> None:
        if hasattr(self, "ledger"):
            state = self.ledger.state
            assert replayed(self.ledger.store.events(0)) == state
            assert all(task.state in STATES for task in state.tasks.values())
            assert all(light(task, NOW.date()) for task in state.tasks.values())
            assert sorted(state.tasks) == [1, 2]


def test_whatever_people_do_the_ledger_keeps_its_promises(new_place):
    tried = settings(max_examples=25, stateful_step_count=30, deadline=None)
    run_state_machine_as_test(lambda: Office(new_place), settings=tried)


def test_every_state_can_be_reached_and_left():
    reached = {move.target for move in MOVES if move.target}
    assert set(STATES) <= reached
    assert all(any(state in move.sources for move in MOVES) for state in STATES)
    assert all(set(move.sources) <= {*STATES, NEW} for move in MOVES)


@pytest.mark.parametrize("what", ["claimed", "approved"])
def test_the_full_route_knows_no_short_cut(what):
    assert target(what, "proposed", "direct") is not None
    assert target(what, "proposed", "full") is None
    assert set(sources(what, "full")) < set(sources(what, "direct"))


def task(**facts) -> Task:
    return Task(**{"id": 1, "list": "l", "title": "t", "origin": "gap", "on": dt.date(2026, 1, 1), **facts})


DAY = dt.date(2026, 6, 15)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"state": "claimed", "due": DAY}, "due_soon"),  # the deadline day itself is not past yet
        ({"state": "claimed", "due": DAY - dt.timedelta(days=1)}, "overdue"),
        ({"state": "claimed", "due": DAY + dt.timedelta(days=15)}, "on_track"),
        ({"state": "claimed", "due": DAY + dt.timedelta(days=14)}, "due_soon"),
        (
            {"state": "claimed", "due": DAY + dt.timedelta(days=90), "reported_on": DAY - dt.timedelta(days=31)},
            "due_soon",
        ),
        (
            {"state": "claimed", "due": DAY + dt.timedelta(days=90), "reported_on": DAY - dt.timedelta(days=30)},
            "on_track",
        ),
        ({"state": "proposed"}, "on_track"),
        ({"state": "proposed", "on": DAY - dt.timedelta(days=181)}, "overdue"),  # half a year and no deadline ever set
        ({"state": "verified", "due": dt.date(2026, 1, 1)}, "done"),
        ({"state": "declined", "due": dt.date(2026, 1, 1)}, "none"),
        ({"state": "done", "due": dt.date(2026, 6, 1), "done_on": dt.date(2026, 6, 1)}, "on_track"),  # claimed in time
        ({"state": "done", "due": dt.date(2026, 6, 1), "done_on": dt.date(2026, 6, 2)}, "overdue"),
        ({"state": "standing", "interval_days": 90, "tended_on": dt.date(2026, 3, 1)}, "overdue"),
        ({"state": "standing", "interval_days": 90, "tended_on": dt.date(2026, 6, 1)}, "on_track"),
    ],
)
def test_lights_follow_from_days_and_are_never_typed(facts, expected):
    if facts.get("on") is None and facts["state"] == "proposed":
        facts = {**facts, "on": DAY - dt.timedelta(days=10)}
    assert light(task(**facts), DAY) == expected


def test_a_missed_milestone_is_seen_before_the_deadline():
    from layers.ledger.task import Milestone

    missed = Milestone(DAY - dt.timedelta(days=1), "路基")
    due = DAY + dt.timedelta(days=60)
    assert light(task(state="working", due=due, milestones=(missed,)), DAY) == "due_soon"
    assert (
        light(task(state="working", due=due, milestones=(Milestone(missed.by, "路基", reached=True),)), DAY)
        == "on_track"
    )


def refusal(decide, place) -> str:
    with ledger_at(place) as ledger, pytest.raises(LedgerError) as caught:
        enter(ledger, decide)
    return str(caught.value)


def test_all_that_is_missing_for_approval_is_named_at_once(place):
    with ledger_at(place) as ledger:
        enter(ledger, item)
    said = refusal(lambda state: acts.approved(state, 1, {}), place)
    assert [word for word in ("goal", "leader", "department", "deadline") if f"{word} is missing" in said] == [
        "goal",
        "leader",
        "department",
        "deadline",
    ]
    said = refusal(
        lambda state: acts.approved(state, 1, {"goal": "让群众满意", "leader": "张", "department": "办", "due": DUE}),
        place,
    )
    assert "has no number in it" in said


def test_a_task_is_not_passed_on_unless_somebody_accepts_it(place):
    with ledger_at(place) as ledger:
        enter(enter(ledger, item).ledger, lambda state: claim(state, 1))

    def pass_on(state, accepted_by=""):
        return acts.claimed(state, 1, {"department": "农业办"}, accepted_by=accepted_by, today=NOW.date())

    assert "nobody there has accepted it" in refusal(pass_on, place)
    with ledger_at(place) as ledger:
        assert enter(ledger, lambda state: pass_on(state, "王五")).ledger.state.tasks[1].handovers == 1


def test_who_did_the_work_does_not_accept_it_and_a_gap_is_not_accepted_at_all(place):
    with ledger_at(place) as ledger:
        ledger = enter(enter(ledger, item).ledger, gap_item).ledger
        for id_ in (1, 2):
            ledger = enter(ledger, lambda state, id_=id_: claim(state, id_)).ledger
            ledger = enter(ledger, lambda state, id_=id_: acts.done(state, id_, [{"note": "好"}], None)).ledger
    seen = [{"note": "看过"}]
    assert "one of those who did the work" in refusal(lambda state: acts.inspected(state, 1, "张三", seen), place)
    assert "only a fresh check can close it" in refusal(lambda state: acts.inspected(state, 2, "李四", seen), place)
    assert SQUARE
