"""Small random choices: what projects add, flat, with costs and limits, so small that every set can be tried."""

from __future__ import annotations

import random
from itertools import product

import numpy as np

from geo.choosing.effects import Effects, Shares, effects
from geo.choosing.limits import Limits
from geo.portfolio import Choice


def random_shares(rng: random.Random, projects: int, combine: str) -> Shares:
    """Return what projects add at five places of two villages: in steps that are often equal, so that ties occur."""
    rows = [
        (project, place, 3 * place + rng.randrange(3), rng.choice([0.0, 0.25, 0.5, 0.6, 1.0]))
        for project in range(projects)
        for place in rng.sample(range(5), rng.randint(0, 3))
        for _ in range(rng.randint(1, 2))
    ]
    project, place, cell, share = (
        (np.array(column) for column in zip(*rows, strict=True)) if rows else [np.zeros(0)] * 4
    )
    if combine == "any":  # a cell is of one size, whoever fills it
        share = np.array([0.1, 0.3, 0.5])[cell.astype(int) % 3]
    most = np.array([rng.choice([0.0, 0.3, 0.5, 1.0]) for _ in range(5)])
    people = np.array([rng.choice([0, 1, 7, 40]) for _ in range(5)], float)
    units = np.array(["U1", "U1", "U2", "U2", ""], object)
    rows_of = [column.astype(np.intp) for column in (project, place, cell)]
    return Shares(*rows_of, share.astype(float), combine, most, people, units)  # type: ignore[arg-type]


def random_rules(rng: random.Random, projects: int) -> list[Shares]:
    return [random_shares(rng, projects, combine) for combine in ("sum", "min", "any", "min")]


def plainly(rules: list[Shares], chosen: set[int], weight: np.ndarray, equity: dict[str, float]) -> float:
    """Return the need that a set closes, place by place, as the definition has it."""
    total = 0.0
    for rule, shares in enumerate(rules):
        for place in range(len(shares.most)):
            given = [k for k in range(len(shares.project)) if shares.place[k] == place and shares.project[k] in chosen]
            filled = {
                "sum": sum(shares.share[k] for k in given),
                "min": max((shares.share[k] for k in given), default=0.0),
                "any": sum({shares.cell[k]: shares.share[k] for k in given}.values()),
            }[shares.combine]
            counts = weight[rule] * equity[str(shares.unit_id[place])] * shares.people[place]
            total += counts * min(filled, shares.most[place])
    return float(total)


def random_choice(rng: random.Random, projects: int) -> tuple[Choice, Effects]:
    flat = effects(random_rules(rng, projects), projects)
    weight = np.array([rng.choice([1.0, 2.0, 4.0]) for _ in range(4)])
    value = flat.values(weight, np.array([rng.choice([0.5, 1.0, 2.0]) for _ in flat.units]))
    build = np.array([rng.choice([1.0, 2.0, 3.0, 5.0, 7.5]) for _ in range(projects)])
    return Choice(
        tuple(f"P{i}" for i in range(projects)), flat, value, build, build * 2, random_limits(rng, build)
    ), flat


def random_limits(rng: random.Random, build: np.ndarray) -> Limits:
    """Return a budget, a cap on the first half of the projects, and a parcel that some want."""
    count = len(build)
    half = np.arange(count // 2)
    wanting = np.array(rng.sample(range(count), 3))
    return Limits(
        (("budget", ""), ("village", "U1"), ("parcel", "L1")),
        np.array([rng.uniform(0, build.sum()), rng.uniform(0, build.sum()), 1000.0]),
        np.array([True, True, False]),
        np.concatenate([np.arange(count), half, wanting]),
        np.repeat([0, 1, 2], [count, len(half), 3]),
        np.concatenate([build, build[half], [600.0, 300.0, 500.0]]),
    )


def every_set(projects: int) -> np.ndarray:
    return np.array(list(product([False, True], repeat=projects)))
