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
