"""The map of the printed report as SVG: villages by how much they lack, gaps, and ranked projects by number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.text import Language, say
from maps.page.scorecard import unit_rows
from maps.tables import spots
from maps.wording import escape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.assessment import Assessment
    from maps.totals import Totals

WIDTH, MOST_HEIGHT, MARGIN = 1000.0, 1150.0, 14.0  # in the drawing's own units, 1000 to the width of a page

# From nothing short to most rules short: one hue growing darker, so that a copy without colour still reads (ColorBrewer
# Oranges); a village of which something is unknown and nothing short is hatched.
_SHADES = ("#f7f7f5", "#fdeeda", "#fbd9ae", "#f6bd80", "#ec9a52")
_NUMBERED = 40  # more numbers than this cover the map they stand on
_ROADS_DRAWN = 6000  # the longest; the map under a table needs no more
_BADGE = 11.0


@dataclass(frozen=True)
class Frame:
    """From metres of the run's CRS to units of the drawing, north up."""

    west: float
    north: float
    per_metre: float
    height: float

    def path(self, geometry: Any) -> str:
        """Return the geometry's lines and rings as path commands, points finer than half a unit left out."""
        parts = shapely.get_parts(shapely.simplify(geometry, 0.5 / self.per_metre))
        rings = [
            ring for part in parts for ring in (shapely.get_rings(part) if part.geom_type == "Polygon" else [part])
        ]
        return "".join(self._run(ring) for ring in rings)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point stands."""
        return MARGIN + (x - self.west) * self.per_metre, MARGIN + (self.north - y) * self.per_metre

    def _run(self, line: Any) -> str:
        points = [self.place(x, y) for x, y in shapely.get_coordinates(line)]
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


@dataclass
class Taken:
    """Boxes that already hold a label, so that no two of them stand on each other."""

    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    def take(self, x: float, y: float, half_width: float, half_height: float) -> bool:
        """Take the box around the point if it is free, and say whether it was."""
        box = (x - half_width, y - half_height, x + half_width, y + half_height)
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in self.boxes):
            return False
        self.boxes.append(box)
        return True


def drawing(assessment: Assessment, totals: Totals, language: Language) -> str:
    """Return the map as an <svg> element without script, all text in it escaped; "" if there is nothing to draw."""
    units = unit_rows(assessment)
    shapes = [*units["geometry"], *(gap.geometry for gap in assessment.gaps)]
    bounds = shapely.total_bounds(np.array(shapes, dtype=object)) if shapes else np.full(4, math.nan)
    if not np.isfinite(bounds).all():
        return ""
    frame, taken = _frame(bounds), Taken()
    villages = _villages(units["geometry"], totals, frame)
    names = "".join(_names(units["geometry"], totals, frame, taken))
    badges = "".join(_badges(assessment, frame, taken))
    middle = f"{villages}{_roads(assessment, frame)}{''.join(_gaps(assessment, frame))}{names}{badges}"
    foot = _foot(assessment, totals, frame, language)
    height = frame.height + 84
    label = escape(say("report.map").in_(language))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" aria-label="{label}">'
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" fill="#f7f7f5"/><line x1="0" y1="0" x2="0" y2="6" stroke="#9a9a9a"/></pattern></defs>'
        f"{middle}{foot}</svg>"
    )


def _frame(bounds: NDArray[np.float64]) -> Frame:
    west, south, east, north = bounds.tolist()
    least = 100.0  # metres: a single point still gets a map
    width, height = max(east - west, least), max(north - south, least)
    per_metre = min((WIDTH - 2 * MARGIN) / width, (MOST_HEIGHT - 2 * MARGIN) / height)
    west -= ((WIDTH - 2 * MARGIN) / per_metre - width) / 2
    return Frame(west, north, per_metre, height * per_metre + 2 * MARGIN)


def _villages(shapes: Iterable[Any], totals: Totals, frame: Frame) -> str:
    most = _most(totals)
    rows = zip(shapes, totals.units["rules_short"], totals.units["rules_unknown"], strict=True)
    return "".join(
        f'<path d="{frame.path(shape)}" fill="{_fill(int(short), int(unknown), most)}" fill-rule="evenodd" '
        'stroke="#8a8f94" stroke-width="1"/>'
        for shape, short, unknown in rows
        if shape is not None and not shape.is_empty
    )


def _fill(short: int, unknown: int, most: int) -> str:
    return "url(#hatch)" if not short and unknown else _SHADES[_shade(short, most)]


def _most(totals: Totals) -> int:
    return int(totals.units["rules_short"].max()) if len(totals.units) else 0


def _shade(short: int, most: int) -> int:
    """Return the shade of a village: 0 for nothing short, then in equal steps up to the worst there is."""
    steps = min(most, len(_SHADES) - 1)
    return math.ceil(short * steps / most) if most else 0


def _roads(assessment: Assessment, frame: Frame) -> str:
    layers = assessment.world.layers.of_kind("roads")
    lines = (
        np.concatenate([layer.frame.geometry.to_numpy() for layer in layers]) if layers else np.empty(0, dtype=object)
    )
    lines = lines[~shapely.is_missing(lines)]
    longest = np.sort(np.argsort(-shapely.length(lines), kind="stable")[:_ROADS_DRAWN])
    path = "".join(frame.path(line) for line in lines[longest])
    return f'<path d="{path}" fill="none" stroke="#b9bfc4" stroke-width="1"/>' if path else ""


def _gaps(assessment: Assessment, frame: Frame) -> Iterable[str]:
    geometries = [gap.geometry for gap in assessment.gaps]
    for geometry, spot in zip(geometries, spots(geometries), strict=True):
        if geometry.geom_type in ("LineString", "MultiLineString"):
            yield f'<path d="{frame.path(geometry)}" fill="none" stroke="#b2182b" stroke-width="3.2"/>'
        elif spot is not None and not spot.is_empty:
            x, y = frame.place(spot.x, spot.y)
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="none" stroke="#b2182b" stroke-width="1.6"/>'


def _badges(assessment: Assessment, frame: Frame, taken: Taken) -> Iterable[str]:
    """Return the numbered squares, each beside its place with a line to it where the place itself is taken."""
    first = assessment.ranked[:_NUMBERED]
    for row, spot in zip(first, spots([row.project.geometry for row in first]), strict=True):
        x, y = frame.place(spot.x, spot.y)
        to_x, to_y = next(((a, b) for a, b in _around(x, y) if taken.take(a, b, _BADGE, _BADGE - 2)), (x, y))
        fill = "#0b4f8a" if row.in_budget else "#ffffff"
        ink = "#ffffff" if row.in_budget else "#0b4f8a"
        if (to_x, to_y) != (x, y):
            yield f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="#0b4f8a" stroke-width="1"/>'
        yield (
            f'<rect x="{to_x - 10:.1f}" y="{to_y - 8:.1f}" width="20" height="16" rx="2" fill="{fill}" stroke="#0b4f8a"/>'
            f'<text x="{to_x:.1f}" y="{to_y + 4.5:.1f}" class="badge" fill="{ink}">{row.rank}</text>'
        )


def _around(x: float, y: float) -> Iterable[tuple[float, float]]:
    yield x, y
    for radius in (24.0, 42.0, 60.0, 78.0):
        for step in range(12):
            angle = math.tau * step / 12
            a, b = x + radius * math.cos(angle), y + radius * math.sin(angle)
            if MARGIN < a < WIDTH - MARGIN and b > MARGIN:
                yield a, b


def _names(shapes: Iterable[Any], totals: Totals, frame: Frame, taken: Taken) -> Iterable[str]:
    given = [shape for shape in shapes if shape is not None and not shape.is_empty]
    for name, spot in zip(totals.units["name"], spots(given), strict=False):
        x, y = frame.place(spot.x, spot.y)
        half = 3.0 + sum(7.5 if ord(c) > 0x2E7F else 4.0 for c in str(name)[:20])
        if taken.take(x, y, half, 9):
            yield f'<text x="{x:.1f}" y="{y + 5:.1f}" class="village">{escape(str(name)[:20])}</text>'


def _foot(assessment: Assessment, totals: Totals, frame: Frame, language: Language) -> str:
    """Return scale, north and legend, below the map."""
    top = frame.height + 10
    metres = _round_length(180 / frame.per_metre)
    bar = metres * frame.per_metre
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    scale = (
        f'<path d="M{MARGIN} {top + 2}v8h{bar:.1f}v-8" fill="none" stroke="#222" stroke-width="1.5"/>'
        f'<text x="{MARGIN + bar + 8:.1f}" y="{top + 12}" class="key">{words}</text>'
    )
    x = WIDTH - 26
    north = f'<path d="M{x} {top}l8 22l-8 -6l-8 6z" fill="#222"/>'
    north += (
        f'<text x="{x}" y="{top + 38}" class="badge" fill="#222">{escape(say("report.north").in_(language))}</text>'
    )
    return scale + north + _legend(assessment, totals, top, language)


def _legend(assessment: Assessment, totals: Totals, top: float, language: Language) -> str:
    most = _most(totals)
    keys = [(_swatch(_SHADES[0]), say("report.legend_none").in_(language))]
    for low, high, shade in _classes(most):
        name = "report.legend_rule" if low == high else "report.legend_rules"
        words = say(name, low=low) if low == high else say(name, low=low, high=high)
        keys.append((_swatch(_SHADES[shade]), words.in_(language)))
    if (totals.units["rules_unknown"] > 0).any():
        keys.append((_swatch("url(#hatch)"), say("report.legend_unknown").in_(language)))
    ring = '<circle cx="11" cy="-5" r="4" fill="none" stroke="#b2182b" stroke-width="1.6"/>'
    keys.append((ring, say("report.legend_gap").in_(language)))
    keys.append(('<path d="M0 -5h22" stroke="#b2182b" stroke-width="3.2"/>', say("report.legend_dark").in_(language)))
    if assessment.ranked:
        keys += [(_badge_key(budget), say(f"report.legend_{budget}").in_(language)) for budget in ("inside", "below")]
    return _flowed(keys, top + 34)


def _flowed(keys: Sequence[tuple[str, str]], top: float) -> str:
    x, y, drawn = MARGIN, top + 12, []
    for symbol, words in keys:
        width = 40 + sum(13.0 if ord(c) > 0x2E7F else 7.2 for c in words)
        if x + width > WIDTH - 60:
            x, y = MARGIN, y + 20
        drawn.append(
            f'<g transform="translate({x:.0f} {y:.0f})">{symbol}<text x="28" y="0" class="key">{escape(words)}</text></g>'
        )
        x += width
    return "".join(drawn)


def _classes(most: int) -> list[tuple[int, int, int]]:
    """Return (least, most, shade) of each shade that some number of short rules falls into."""
    shades: dict[int, list[int]] = {}
    for short in range(1, most + 1):
        shades.setdefault(_shade(short, most), []).append(short)
    return [(min(numbers), max(numbers), shade) for shade, numbers in shades.items()]


def _swatch(fill: str) -> str:
    return f'<rect x="0" y="-12" width="22" height="14" fill="{fill}" stroke="#8a8f94"/>'


def _badge_key(budget: str) -> str:
    fill, ink = ("#0b4f8a", "#ffffff") if budget == "inside" else ("#ffffff", "#0b4f8a")
    return (
        f'<rect x="1" y="-13" width="20" height="16" rx="2" fill="{fill}" stroke="#0b4f8a"/>'
        f'<text x="11" y="-0.5" class="badge" fill="{ink}">1</text>'
    )


def _round_length(metres: float) -> float:
    """Return the largest of 1, 2, 5 x a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(metres))
    return max(step * power for step in (1, 2, 5) if step * power <= metres)
