"""A year of weekly runs on a changing town: what is closed is truly closed, and what comes back opens its own task.

python -m tests.campaigns ledger_year [WEEKS] [TOWNS]
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import shapely

from geo.assessment import Assessment, assess
from geo.closing import CheckedRun, Verdict, drafts, verdicts
from geo.followup import Followup, follow_up, judged
from geo.ongoing import tracked
from geo.rules.along_road import AlongRoad
from geo.rules.quota import Quota
from layers.ledger import acts
from layers.ledger.book import Ledger
from layers.ledger.event import Draft
from layers.ledger.places import ledger_at
from layers.ledger.task import State, Task, TaskGap
from layers.plan import Plan, Settings
from tests.campaigns._changingtown import PER, RADIUS_M, SHORTEST_M, Town, ground_of
from tests.campaigns._record import record
from tests.geo.worlds import CRS
from tests.ledger.desks import BEIJING, enter, new_ledger

RULES = (
    Quota(id="cleaners", type="quota", role="cleaner", per=PER),
    AlongRoad(id="dark", type="along_road", devices="devices", radius_m=RADIUS_M, share=0.95, min_length_m=SHORTEST_M),
)
FIRST = dt.datetime(2026, 1, 5, 9, tzinfo=BEIJING)
SAME = 0.5  # a gap is a task's own if half of either lies on the other


@dataclass
class Said:
    """What a year came to; `wrong` must be empty. `unsettled` is what was listed for a person, and nothing guessed."""

    weeks: int = 0
    tasks: int = 0
    closed: int = 0
    reopened: int = 0
    false_claims: int = 0
    unsettled: int = 0
    gaps_seen: int = 0
    wrong: list[str] = field(default_factory=list)


def year(*, weeks: int, seed: int, folder: Path) -> Said:
    """Let so many weeks pass: run, adopt, claim, work (or only say so), verify; hold it all against the truth."""
    rng, said = random.Random(seed), Said()
    town = Town(rng)
    place = new_ledger(folder / f"year-{seed}.sqlite")
    with ledger_at(place) as ledger:
        for week in range(weeks):
            town.change()
            at = FIRST + dt.timedelta(weeks=week)
            found = assess(Plan(Settings(name="镇", date=at.date()), {}, RULES, Path(), "plan.yaml", ""), town.layers())
            ledger = _verified(ledger, found, town, week, at, said)
            ledger = _worked(ledger, town, rng, at, said)
            said.weeks += 1
        said.tasks = len(ledger.state.tasks)
    return said


def _verified(ledger: Ledger, found: Assessment, town: Town, week: int, at: dt.datetime, said: Said) -> Ledger:
    """Hold the tasks against this week's run, check the outcome against the truth, and adopt whatever is nobody's."""
    seen = judged(found.coverages, found.gaps)
    run = CheckedRun(f"week-{week}", at.date().isoformat(), {"cleaners": "c", "dark": "d"}, "rules", CRS)
    kept: list[tuple[list[Verdict], Followup]] = []

    def verify(state: State) -> list[Draft]:
        followup = follow_up(tracked(state.tasks.values()), seen)
        verdict = verdicts(state, followup, run, accept_changed_rules=False)
        kept.append((verdict, followup))
        return drafts(state, verdict, run)

    ledger = enter(ledger, verify, at=at).ledger
    verdict, followup = kept[-1]
    said.closed += sum(one.event == "verified" for one in verdict)
    said.reopened += sum(one.event == "reopened" for one in verdict)
    said.unsettled += sum(one.outcome in ("ambiguous", "missing", "unknown") for one in verdict)
    said.gaps_seen += len(found.gaps)
    said.wrong += [f"week {week}: {fault}" for fault in _closed_but_not(ledger.state, verdict, town)]
    said.wrong += [f"week {week}: {fault}" for fault in _strays(ledger.state, followup, found)]

    def adopt(state: State) -> list[Draft]:
        # what was not clear the clerk looks at, and says that it is another: it gets a task of its own
        listed = {id_ for finding in followup.findings for id_ in finding.candidates}
        wanted = listed | set(followup.new)
        gaps = [gap for seen_rule in seen.values() for gap in seen_rule.gaps if gap.id in wanted]
        return [_adopted(acts.next_id(state) + i, gap, run) for i, gap in enumerate(gaps)]

    return enter(ledger, adopt, at=at).ledger


def _adopted(task_id: int, gap: object, run: CheckedRun) -> Draft:
    shape = shapely.to_wkt(gap.geometry, rounding_precision=2)
    people = gap.people if gap.people == gap.people else None
    kept = TaskGap(
        gap.id, gap.rule_id, run.rule_hashes[gap.rule_id], gap.place_ids, gap.amount, gap.unit, people, shape
    )
    body = {"list": "清单", "title": gap.id, "origin": "gap", "goal": "降为 0", "gaps": [asdict(kept)], "crs": CRS}
    return Draft(task_id, "adopted", {**body, "run_date": run.date}, run.inputs, run.rules_hash)


def _worked(ledger: Ledger, town: Town, rng: random.Random, at: dt.datetime, said: Said) -> Ledger:
    """Let people take tasks on, finish some, and say of others that they are finished when they are not."""
    due = (at + dt.timedelta(days=30)).date()
    full = {"leader": "张三", "department": "城管办", "due": due}
    for task in list(ledger.state.tasks.values()):
        if task.state == "proposed" and rng.random() < 0.7:
            ledger = enter(ledger, _claim(task.id, full, at), at=at).ledger
        elif task.state in ("claimed", "working", "rework") and rng.random() < 0.4:
            if rng.random() < 0.75:
                for gap in task.gaps:
                    road, ground = ground_of(gap.rule_id, shapely.from_wkt(gap.shape))
                    town.mend(gap.rule_id, ground, road)
            else:
                said.false_claims += 1
            ledger = enter(ledger, _done(task.id, at), at=at).ledger
    return ledger


def _claim(task_id: int, full: dict[str, object], at: dt.datetime):
    return lambda state: acts.claimed(state, task_id, full, accepted_by="", today=at.date())


def _done(task_id: int, at: dt.datetime):
    return lambda state: acts.done(state, task_id, [{"note": f"{at.date()}"}], None)


def _closed_but_not(state: State, verdict: list[Verdict], town: Town) -> list[str]:
    """Return the tasks closed this week whose ground the truth says is still short."""
    faults = []
    for one in verdict:
        if one.event == "verified":
            for gap in state.tasks[one.task].gaps:
                road, ground = ground_of(gap.rule_id, shapely.from_wkt(gap.shape))
                if road < 0 and any(town.is_short(cells) and _is_same(ground, set(cells)) for cells in town.villages):
                    faults.append(f"task {one.task} closed, but cells {sorted(ground)} are short")
                if road >= 0 and _darkest(town, road, ground) >= SHORTEST_M:
                    faults.append(
                        f"task {one.task} closed, but road {road} is dark for {_darkest(town, road, ground)} m"
                    )
    return faults


def _darkest(town: Town, road: int, ground: set[int]) -> int:
    """Return the metres of the longest dark stretch of a road, of which half or more is on that ground."""
    longest, run = 0, []
    for metre, lit in [*enumerate(town.lit(road)), (-1, True)]:
        if not lit:
            run.append(metre)
        elif run:
            share = len(ground & set(run)) / len(run)
            longest = max(longest, len(run) if share >= SAME else 0)
            run = []
    return longest


def _strays(state: State, followup: Followup, found: Assessment) -> list[str]:
    """Return the gaps said to be nobody's that by the truth are some task's own."""
    new = set(followup.new)
    owners = [_grounds(task) for task in state.tasks.values()]
    faults = []
    for gap in found.gaps:
        if gap.id in new:
            road, ground = ground_of(gap.rule_id, gap.geometry)
            for task, (rule, its_road, its_ground) in owners_of(owners):
                if rule == gap.rule_id and its_road == road and _is_surely_same(ground, its_ground):
                    faults.append(f"gap {gap.id} is called new, but is task {task}'s own")
    return faults


def owners_of(owners: list[list[tuple[int, tuple[str, int, set[int]]]]]) -> list[tuple[int, tuple[str, int, set[int]]]]:
    """Return all grounds of all tasks in one list."""
    return [pair for own in owners for pair in own]


def _grounds(task: Task) -> list[tuple[int, tuple[str, int, set[int]]]]:
    return [(task.id, (gap.rule_id, *ground_of(gap.rule_id, shapely.from_wkt(gap.shape)))) for gap in task.gaps]


def _is_same(one: set[int], other: set[int]) -> bool:
    both = len(one & other)
    return both > 0 and max(both / len(one), both / len(other)) >= SAME


def _is_surely_same(one: set[int], other: set[int]) -> bool:
    """Return whether two grounds are one beyond the few metres by which lines may be redrawn."""
    both = len(one & other)
    return both > 0 and max(both / len(one), both / len(other)) >= SAME + 0.1


def main() -> int:
    """Run the campaign; return 1 if anything was closed wrongly or went astray."""
    weeks = int(sys.argv[1]) if len(sys.argv) > 1 else 52
    towns = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    wrong, whole = 0, Said()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(towns):
            said = year(weeks=weeks, seed=seed, folder=Path(folder))
            wrong += len(said.wrong)
            whole = Said(**{name: value + getattr(said, name) for name, value in vars(whole).items()})
            counts = {name: value for name, value in vars(said).items() if name != "wrong"}
            sys.stdout.write(
                f"town {seed}: {counts}; {len(said.wrong)} wrong\n" + "".join(f"  {w}\n" for w in said.wrong[:6])
            )
            sys.stdout.flush()
    figures = {name: value for name, value in vars(whole).items() if name != "wrong"}
    record("ledger_year", towns=towns, **figures, closed_wrongly_or_gone_astray=wrong)
    return int(bool(wrong))
