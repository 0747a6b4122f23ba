"""One fact of the ledger, and the chain of hashes that shows if any of them was changed afterwards.

Order is that of `seq`; the time is a claim of the machine that wrote it, and an event whose clock stands before that of
the event before it is marked. The chain ends in the head: whoever has seen a head (it is printed in every report) can
tell that nothing up to it was altered or taken away.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from layers.problems import LedgerError, Problem
from layers.text import say

GENESIS = "0" * 64


@dataclass(frozen=True)
class Draft:
    """A fact that a command wants to add: about which task (None: the ledger as a whole), what, and the particulars.

    `input_hash` stands for the data of the run it rests on and `rules_hash` for its rules, "" where it rests on none.
    """

    task: int | None
    what: str
    body: Mapping[str, Any]
    input_hash: str = ""
    rules_hash: str = ""


@dataclass(frozen=True)
class Event:
    """A fact as it stands in the ledger; `claimed_at` is ISO 8601 with its offset from UTC, `body` JSON."""

    seq: int
    op_id: str
    task: int | None
    what: str
    who: str
    claimed_at: str
    clock_suspect: bool
    input_hash: str
    rules_hash: str
    body: str
    prev_hash: str
    hash: str

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """The particulars."""
        facts: Mapping[str, Any] = json.loads(self.body)
        return facts

    @cached_property
    def day(self) -> dt.date:
        """The day it was written, as its writer's calendar had it."""
        return dt.datetime.fromisoformat(self.claimed_at).date()

    def fingerprint(self) -> str:
        """Return the SHA-256 over everything the event says and the hash of the one before it."""
        content = [self.seq, self.op_id, self.task, self.what, self.who, self.claimed_at, self.clock_suspect]
        content += [self.input_hash, self.rules_hash, self.body, self.prev_hash]
        return hashlib.sha256(canonical(content).encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """The end of the chain: the last event's number, hash and time; of an empty ledger 0, GENESIS and ""."""

    seq: int = 0
    hash: str = GENESIS
    claimed_at: str = ""


def canonical(content: object) -> str:
    """Return content as JSON that is the same for the same content."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def chained(drafts: Sequence[Draft], head: Head, *, op_id: str, who: str, at: dt.datetime) -> list[Event]:
    """Return the drafts as events that follow the head; the first bears `op_id`, the others `op_id/2`, `op_id/3` ..."""
    events = []
    claimed_at = at.isoformat(timespec="seconds")
    for number, draft in enumerate(drafts, 1):
        own_id = op_id if number == 1 else f"{op_id}/{number}"
        suspect = bool(head.claimed_at) and at < dt.datetime.fromisoformat(head.claimed_at) - dt.timedelta(seconds=1)
        bare = Event(head.seq + 1, own_id, draft.task, draft.what, who, claimed_at, suspect, draft.input_hash,
                     draft.rules_hash, canonical(draft.body), head.hash, "")  # fmt: skip
        event = Event(**{**vars(bare), "hash": bare.fingerprint()})
        events.append(event)
        head = Head(event.seq, event.hash, event.claimed_at)
    return events


def followed(events: Iterable[Event], head: Head) -> Head:
    """Return the head after these events; raises LedgerError at the first that does not follow from the one before it."""
    for event in events:
        if event.seq != head.seq + 1:
            raise _broken(head.seq + 1, say("tasks.chain_gap", seq=head.seq + 1, found=event.seq))
        if event.prev_hash != head.hash or event.fingerprint() != event.hash:
            raise _broken(event.seq, say("tasks.chain_broken", seq=event.seq))
        head = Head(event.seq, event.hash, event.claimed_at)
    return head


def _broken(seq: int, what: object) -> LedgerError:
    return LedgerError([Problem(say("tasks.event_no", seq=seq), what, say("tasks.restore_backup"))])  # type: ignore[arg-type]
