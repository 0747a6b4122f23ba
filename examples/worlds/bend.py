"""A gentle bending of the whole plane: straight borders and roads become crooked ones, and what met still meets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from examples.worlds.growth import Numbers


@dataclass(frozen=True)
class Bend:
    """A smooth one-to-one map of the plane; the same point always goes to the same place, so shared vertices stay shared.

    Sums of sines: each moves points by up to `shift` m across its direction, over a wave of `2 pi / number` m.
    """

    number: Numbers
    angle: Numbers
    phase: Numbers
    shift: Numbers
    origin: tuple[float, float]

    def points(self, xy: Numbers) -> Numbers:
        """Return the points moved, and set down at `origin`, to the millimetre."""
        moved = xy.copy()
        for k, a, p, s in zip(self.number, self.angle, self.phase, self.shift, strict=True):
            wave = s * np.sin(k * (xy[:, 0] * np.cos(a) + xy[:, 1] * np.sin(a)) + p)
            moved[:, 0] += -np.sin(a) * wave
            moved[:, 1] += np.cos(a) * wave
        return np.round(moved + np.array(self.origin), 3)

    def __call__(self, shapes: Numbers) -> Numbers:
        """Return the shapes with every vertex moved."""
        return shapely.transform(shapes, self.points)


def a_bend(rng: np.random.Generator, origin: tuple[float, float]) -> Bend:
    """Return a bending whose steepest turn is about 20 degrees."""
    lengths = np.array([2600.0, 1700.0, 1100.0, 700.0, 520.0, 380.0])
    number = 2 * np.pi / (lengths * rng.uniform(0.85, 1.15, len(lengths)))
    return Bend(
        number, rng.uniform(0, 2 * np.pi, len(lengths)), rng.uniform(0, 2 * np.pi, len(lengths)), 0.075 / number, origin
    )


def rounded(lines: Numbers, fixed: Numbers | None = None) -> Numbers:
    """Return the lines with each free inner vertex replaced by a curve from the piece before it to the piece after.

    A vertex at one of the places `fixed` (as complex numbers) stays, and so do the ends.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    inner = np.zeros(len(xy), dtype=bool)
    inner[1:-1] = (line[1:-1] == line[:-2]) & (line[1:-1] == line[2:])
    free = inner if fixed is None else inner & ~np.isin(xy[:, 0] + 1j * xy[:, 1], fixed)
    before, after = np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0)
    share = np.linspace(0.0, 1.0, 7)[None, :, None]
    p, q = xy + (before - xy) * 0.38, xy + (after - xy) * 0.38
    curve = (1 - share) ** 2 * p[:, None] + 2 * share * (1 - share) * xy[:, None] + share**2 * q[:, None]
    count = np.where(free, 7, 1)
    row = np.repeat(np.arange(len(xy)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    points = np.where(free[row][:, None], curve[row, step], xy[row])
    return shapely.linestrings(points, indices=line[row])
