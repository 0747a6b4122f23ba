"""What if: a plan with some of its numbers changed, kept whole in an address that can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import UnionType
from typing import TYPE_CHECKING, Union, get_args, get_origin

from pydantic import ValidationError

from layers import library
from layers.problems import InputError, Problem
from layers.text import say

if TYPE_CHECKING:
    from layers.options import RuleOptions
    from layers.plan import Plan

BUDGET, WITHOUT, WEIGHT = "budget", "without", "weight"
# Numbers of a rule that are not its threshold: what its projects cost is settled in the plan.
_COMMON = frozenset(("id", "type", "title", "severity", "norm", "cost", "department", "where"))


@dataclass(frozen=True)
class Scenario:
    """Changes to a plan: numbers of rules as (rule id, option, number), the budget (None: the plan's), projects left out."""

    numbers: tuple[tuple[str, str, float], ...] = ()
    budget: float | None = None
    without: frozenset[str] = frozenset()

    @property
    def only_ranks(self) -> bool:
        """Return whether it leaves every verdict as it is and only changes what comes first."""
        return all(option == WEIGHT for _, option, _ in self.numbers)


def scenario(words: Iterable[tuple[str, str]], plan: Plan) -> Scenario:
    """Return the scenario that an address's words stand for: `budget=500000&SPT-02.cutoff_m=800&without=P-…`.

    A number that is the plan's own is no change. Raises InputError with every word that is not understood.
    """
    rules = {rule.id: rule for rule in plan.rules}
    numbers: dict[tuple[str, str], float] = {}
    budget, without = None, set()
    problems: list[Problem] = []
    for key, value in words:
        rule_id, _, option = key.rpartition(".")
        if key == WITHOUT:
            without.add(value)
        elif key == BUDGET or (rule_id in rules and option in options_of(rules[rule_id])):
            number = _number(value)
            if number is None:
                problems.append(Problem(key, say("serve.not_number", value=value), say("serve.give_number")))
            elif key == BUDGET:
                budget = number if number != plan.settings.budget else None
            elif number != number_of(rules[rule_id], option):
                numbers[rule_id, option] = number
        else:
            problems.append(Problem(key, say("serve.unknown_word"), say("serve.unknown_word_fix")))
    if problems:
        raise InputError(problems)
    return Scenario(tuple(sorted((*key, value) for key, value in numbers.items())), budget, frozenset(without))


def applied(asked: Scenario, plan: Plan) -> Plan:
    """Return the plan with those numbers; raises InputError where a rule does not allow one."""
    problems: list[Problem] = []
    rules = tuple(_with(rule, asked.numbers, problems) for rule in plan.rules)
    if asked.budget is not None and asked.budget < 0:
        problems.append(Problem(BUDGET, say("serve.below_zero"), say("serve.give_number")))
    if problems:
        raise InputError(problems)
    settings = plan.settings
    if asked.budget is not None:
        settings = settings.model_copy(update={"budget": asked.budget})
    if asked.without:
        outside = tuple(sorted({*settings.ranking.outside, *asked.without}))
        settings = settings.model_copy(update={"ranking": settings.ranking.model_copy(update={"outside": outside})})
    return replace(plan, settings=settings, rules=rules)


def options_of(rule: RuleOptions) -> tuple[str, ...]:
    """Return the names of the numbers that this rule gives, its weight last; of a rule made of others those one part gives."""
    return (*_given(rule), WEIGHT)


def number_of(rule: RuleOptions, option: str) -> float:
    """Return the number that the rule, or the one part of it that has it, gives that option."""
    holders = (part for part in (rule, *rule.inner) if option in (*_given(part, alone=True), WEIGHT))
    number: float = getattr(next(holders), option)
    return number


def _given(rule: RuleOptions, *, alone: bool = False) -> list[str]:
    fields = type(rule).model_fields
    own = [name for name, field in fields.items() if name not in _COMMON and _is_number(field.annotation)]
    given = [name for name in own if name != WEIGHT and getattr(rule, name) is not None]
    inner = [] if alone else [name for part in rule.inner for name in _given(part, alone=True)]
    return [*given, *(name for name in inner if inner.count(name) == 1)]


def _with(rule: RuleOptions, numbers: Sequence[tuple[str, str, float]], problems: list[Problem]) -> RuleOptions:
    changed = {option: number for rule_id, option, number in numbers if rule_id == rule.id}
    if not changed:
        return rule
    try:
        return type(rule).model_validate(library.overridden(rule.model_dump(exclude_unset=True), changed))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            option = str(detail["loc"][0]) if detail["loc"] else ", ".join(changed)
            what = say("serve.not_allowed", value=changed.get(option, ""))
            problems.append(Problem(f"{rule.id}.{option}", what, say("serve.give_number")))
        return rule


def _is_number(annotation: object) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return any(_is_number(each) for each in get_args(annotation) if each is not type(None))
    return annotation in (int, float)


def _number(text: str) -> float | None:
    digits = text.strip().replace(",", "")
    try:
        number = float(digits)
    except ValueError:
        return None
    return number if digits.isascii() and abs(number) < float("inf") else None
