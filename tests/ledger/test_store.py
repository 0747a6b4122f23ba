"""What a ledger promises wherever it is kept: in a file, and on a real PostgreSQL server."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import multiprocessing
import sqlite3

import pytest

from layers.ledger import acts, postgres, sqlite
from layers.ledger.book import NotSavedError, checked_op_id, read
from layers.ledger.places import ledger_at
from layers.ledger.replay import replayed
from layers.problems import LedgerError, SaveError
from tests.ledger.desks import NOW, claim, enter, item, new_ledger
from tests.postgres import needs_postgres, schema


def test_what_was_written_is_there_when_it_is_opened_again(place):
    with ledger_at(place) as ledger:
        written = enter(ledger, item)
        enter(written.ledger, lambda state: claim(state, 1))
    with ledger_at(place) as ledger:
        task = ledger.state.tasks[1]
        assert (task.title, task.state, task.leader, task.due.isoformat()) == (
            "村口装灯 3 盏",
            "claimed",
            "张三",
            "2026-12-31",
        )
        assert ledger.state.head.seq == 3
        assert replayed(ledger.store.events(0)) == ledger.state


def test_a_command_that_is_refused_leaves_nothing(place):
    with ledger_at(place) as ledger:
        head = ledger.state.head
        with pytest.raises(LedgerError):
            enter(ledger, lambda state: [*item(state), *claim(state, 99)])
        assert read(ledger).state.head == head


def test_the_same_wish_twice_is_entered_once(place):
    with ledger_at(place) as ledger:
        first = enter(ledger, item, op="wish-1")
        again = enter(first.ledger, item, op="wish-1")
        assert (first.repeated, again.repeated) == (False, True)
        assert again.events == first.events
        assert len(again.ledger.state.tasks) == 1


def test_a_report_said_twice_by_the_same_person_on_the_same_day_is_entered_once(place):
    def progress(share):
        return lambda state: acts.updated(state, 1, {"progress": share}, "")

    with ledger_at(place) as ledger:
        ledger = enter(ledger, item).ledger
        shares = [0.5, 0.5, 0.6, 0.5]
        repeated = []
        for share in shares:
            written = enter(ledger, progress(share))
            ledger = written.ledger
            repeated.append(written.repeated)
        assert repeated == [False, True, False, False]  # back to 50 % after 60 % is news


def test_a_command_of_several_events_is_repeated_as_a_whole(place):
    with ledger_at(place) as ledger:
        two = enter(ledger, lambda state: [*item(state), dataclasses.replace(item(state)[0], task=2)], op="pair")
        assert [event.op_id for event in two.events] == ["pair", "pair/2"]
        assert enter(two.ledger, item, op="pair").events == two.events
        assert enter(two.ledger, item, op="pai").repeated is False


def test_two_desks_see_each_other(place):
    with ledger_at(place) as one, ledger_at(place) as other:
        one = enter(one, item).ledger
        other = enter(other, item).ledger
        assert sorted(other.state.tasks) == [1, 2]
        assert sorted(read(one).state.tasks) == [1, 2]


def test_events_cannot_be_changed_deleted_or_slipped_in(place):
    with ledger_at(place) as ledger:
        enter(ledger, item)
        statements = ["UPDATE events SET who = 'x'", "DELETE FROM events", "DELETE FROM events WHERE seq = 2"]
        statements += ["INSERT OR REPLACE INTO events SELECT * FROM events WHERE seq = 1"]
        if postgres.is_url(place):
            statements = [
                text.replace(" events", " coverplan_events").replace(" OR REPLACE", "") for text in statements
            ]
            statements.append("TRUNCATE coverplan_events")
        for statement in statements:
            with pytest.raises((NotSavedError, SaveError)), ledger.store.writing() as writer:
                writer._connection.execute(statement)
        assert read(ledger).state.head.seq == 2


def test_a_tail_cut_off_by_force_is_noticed(place):
    with ledger_at(place) as ledger:
        enter(enter(ledger, item).ledger, item)
    _by_force(place, "DELETE FROM {events} WHERE seq = 3")
    with pytest.raises(LedgerError, match="its end was cut off"), ledger_at(place):
        pass


_OTHER = {"seq": "seq + 7", "task": "7", "clock_suspect": "{true}", "claimed_at": "'2020-01-01T00:00:00+08:00'"}


@pytest.mark.parametrize("column", sqlite.COLUMNS)
def test_a_value_changed_by_force_breaks_the_chain_or_the_count(place, column):
    with ledger_at(place) as ledger:
        ledger = enter(ledger, item).ledger
        enter(ledger, item)
    other = _OTHER.get(column, f"{column} || 'x'").format(true="true" if postgres.is_url(place) else 1)
    _by_force(place, f"UPDATE {{events}} SET {column} = {other} WHERE seq = 2")  # noqa: S608 (our own names)
    with (
        pytest.raises(LedgerError, match=r"entry 2 (was altered|should come here)|its end was cut off"),
        ledger_at(place),
    ):
        pass


def test_an_event_that_could_not_have_come_is_refused_though_its_hashes_are_right(place):
    """Whoever can write the file can make new hashes; a task verified from nowhere is noticed all the same."""
    from layers.ledger.event import Draft, chained

    with ledger_at(place) as ledger:
        ledger = enter(ledger, item).ledger
        (forged,) = chained(
            [Draft(1, "verified", {"outcome": "closed"})], ledger.state.head, op_id="f", who="x", at=NOW
        )
        with ledger.store.writing() as writer:
            writer.append([forged])
    with pytest.raises(LedgerError, match="verified cannot come after proposed"), ledger_at(place):
        pass


def test_a_clock_set_back_is_marked_and_order_stays_that_of_the_numbers(place):
    with ledger_at(place) as ledger:
        ledger = enter(ledger, item).ledger
        back = NOW - dt.timedelta(days=400)
        written = enter(ledger, lambda state: claim(state, 1), at=back)
        assert [event.clock_suspect for event in written.events] == [True]
        assert written.ledger.state.tasks[1].state == "claimed"
        assert enter(written.ledger, item, at=NOW).events[0].clock_suspect is False


def test_a_daylight_saving_hour_is_no_suspect_clock(place):
    summer, winter = dt.timezone(dt.timedelta(hours=2)), dt.timezone(dt.timedelta(hours=1))
    with ledger_at(place) as ledger:
        ledger = enter(ledger, item, at=dt.datetime(2027, 10, 31, 2, 59, tzinfo=summer)).ledger
        assert not enter(ledger, item, at=dt.datetime(2027, 10, 31, 2, 1, tzinfo=winter)).events[0].clock_suspect


def _count_up(note):
    return lambda state: acts.updated(state, 1, {"spent": (state.tasks[1].spent or 0) + 1}, note)


def _write_many(place, writer, count):
    with ledger_at(place) as ledger:
        for turn in range(count):
            ledger = enter(ledger, _count_up(f"{writer}.{turn}"), op=f"{writer}-{turn}").ledger


def test_writers_at_once_lose_nothing(place):
    """Each reads a number and writes it one higher: whatever is lost shows in the sum."""
    with ledger_at(place) as ledger:
        enter(ledger, item)
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write_many, args=(place, i, 12)) for i in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    with ledger_at(place) as ledger:
        assert ledger.state.tasks[1].spent == 36
        assert ledger.state.head.seq == 38


def test_opening_while_somebody_writes_raises_no_alarm(place):
    with ledger_at(place) as ledger:
        enter(ledger, item)
    writer = multiprocessing.get_context("fork").Process(target=_write_many, args=(place, 0, 60))
    writer.start()
    while writer.is_alive():
        with ledger_at(place) as ledger:
            assert ledger.state.head.seq >= 2
    writer.join()
    assert writer.exitcode == 0


def test_a_second_ledger_is_not_made_over_the_first(place):
    with pytest.raises(LedgerError, match="there is one already"):
        new_ledger(place)


@needs_postgres
def test_a_password_in_the_url_is_refused_and_never_shown(database):
    url = database.replace("coverplan@", "coverplan:secret@")
    with pytest.raises(LedgerError) as caught, ledger_at(url):
        pass
    assert "secret" not in str(caught.value)
    assert "PGPASSWORD" in str(caught.value)


def test_a_server_that_is_not_there_is_one_clear_line():
    with pytest.raises(SaveError) as caught, ledger_at("postgresql://clerk@127.0.0.1:9/county"):
        pass
    assert len(str(caught.value).splitlines()) == 1
    assert "it was not saved" in str(caught.value)


@needs_postgres
def test_a_ledger_moves_to_the_server_and_back_with_every_event(database, tmp_path):
    from maps.cli import call, run_call

    place = new_ledger(tmp_path / "tasks.sqlite")
    with ledger_at(place) as ledger:
        events = [*enter(ledger, item).ledger.store.events(0)]
    url = schema(database)
    assert run_call(call(["tasks", "migrate", "--ledger", place, "--to", url], {})) == 0
    back = str(tmp_path / "back.sqlite")
    assert run_call(call(["tasks", "migrate", "--ledger", url, "--to", back], {})) == 0
    with ledger_at(back) as ledger:
        assert ledger.store.events(0) == events


@pytest.mark.parametrize("op", ["", " ", "a/2", "x" * 65])
def test_a_wish_must_have_a_name_that_cannot_be_mistaken(op):
    with pytest.raises(LedgerError, match="cannot name a command"):
        checked_op_id(op)


def _by_force(place, statement):
    """Change a ledger as somebody with the file, or a superuser, could: past the triggers."""
    if postgres.is_url(place):
        import psycopg

        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute("ALTER TABLE coverplan_events DISABLE TRIGGER ALL")
            connection.execute(statement.format(events="coverplan_events"))
        return
    with contextlib.closing(sqlite3.connect(place)) as file, file:
        for statement_ in ("DROP TRIGGER events_are_not_changed", "DROP TRIGGER events_are_not_deleted"):
            file.execute(statement_)
        file.execute(statement.format(events="events"))
        for statement_ in sqlite.SCHEMA[2:]:
            file.execute(statement_)
