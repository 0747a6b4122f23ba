"""The page of the state machine, drawn from `layers.ledger.states`: what may follow what, and by which command.

python -m maps.tasks.drawn         writes docs/tasks-states.md, .zh.md and their pictures
"""

from __future__ import annotations

from pathlib import Path

from layers.ledger.states import CLOSED, DECLINED, MOVES, NEW, OPEN, REWORK, STANDING, STATES, Move
from layers.text import LANGUAGES, Language, say
from maps.tasks.rows import state_word
from maps.tasks.timeline import event_word

DOCS = Path(__file__).parents[2] / "docs"


# Where each state stands: column and row. The main line in the middle, rework above, the side exits below.
PLACES: dict[str, tuple[float, float]] = {state: (column, 1.0) for column, state in enumerate(STATES[:9])}
PLACES |= {REWORK: (6.5, 0.0), STANDING: (5.0, 2.0), DECLINED: (2.0, 2.0)}
_WIDE, _HIGH, _BOX, _TALL, _EDGE = 146, 160, 106, 40, 70


def pages(language: Language) -> dict[str, str]:
    """Return the page and its picture, by file name."""
    name = "tasks-states" if language == "en" else f"tasks-states.{language}"
    picture = f"tasks-states-{language}.svg"
    parts = [
        f"# {_say('title', language)}",
        _say("intro", language),
        f"[![{_say('title', language)}]({picture})]({picture})",
    ]
    head = [_say(name, language) for name in ("state", "code", "means")]
    parts += [f"## {_say('states', language)}", _table(head, [_state(state, language) for state in STATES])]
    head = ["", *(_say(name, language) for name in ("event", "command", "from", "to", "route"))]
    rows = [[str(number), *_move(move, language)] for number, move in enumerate(MOVES, 1)]
    parts += [f"## {_say('moves', language)}", _table(head, rows)]
    return {f"{name}.md": "\n\n".join(parts) + "\n", picture: picture_of(language)}


def picture_of(language: Language) -> str:
    """Return the diagram as SVG: a box for each state, an arrow for each move between two, with the move's number."""
    width, height = int(9 * _WIDE + _EDGE), int(2 * _HIGH + 2 * _EDGE)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="14">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#44525c"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    arrows: dict[tuple[str, str], list[int]] = {}
    for number, move in enumerate(MOVES, 1):
        for source in move.sources:
            if move.target and move.target != source and source != NEW:
                arrows.setdefault((source, move.target), []).append(number)
    parts += [_arrow(source, to, numbers) for (source, to), numbers in arrows.items()]
    parts += [_box(state, language) for state in STATES]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _spot(state: str) -> tuple[float, float]:
    column, row = PLACES[state]
    return _EDGE + column * _WIDE, _EDGE + row * _HIGH


def _arrow(source: str, to: str, numbers: list[int]) -> str:
    """Return an arrow from box to box, bent the more the farther it goes along the main line."""
    (x, y), (u, v) = _spot(source), _spot(to)
    side = 1 if u > x else -1
    if y == v:
        far = abs(u - x) / _WIDE
        bend = 0.0 if far <= 1 else 26.0 * far
        start, end = (
            ((x + side * _BOX / 2, y), (u - side * _BOX / 2, v))
            if not bend
            else ((x, y - _TALL / 2), (u, v - _TALL / 2))
        )
    else:
        down = 1 if v > y else -1
        aside = max(min((x - u) * 0.18, 0.45 * _BOX), -0.45 * _BOX) - 12 * down
        bend, start, end = 0.0, (x - 12 * down, y + down * _TALL / 2), (u + aside, v - down * _TALL / 2)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 - bend)
    label = ((start[0] + end[0] + 2 * middle[0]) / 4, (start[1] + end[1] + 2 * middle[1]) / 4)
    path = f"M{start[0]:.0f} {start[1]:.0f}Q{middle[0]:.0f} {middle[1]:.0f} {end[0]:.0f} {end[1]:.0f}"
    words = ",".join(map(str, numbers))
    return (
        f'<path d="{path}" fill="none" stroke="#44525c" marker-end="url(#tip)"/>'
        f'<text x="{label[0]:.0f}" y="{label[1] + 4:.0f}" text-anchor="middle" font-size="11" stroke="#fff" stroke-width="4" '
        f'paint-order="stroke" fill="#0b4f8a">{words}</text>'
    )


def _box(state: str, language: Language) -> str:
    x, y = _spot(state)
    fill = "#d7ead9" if state in CLOSED else "#e6edf3" if state in OPEN else "#eceff1"
    return (
        f'<rect x="{x - _BOX / 2:.0f}" y="{y - _TALL / 2:.0f}" width="{_BOX}" height="{_TALL}" rx="6" fill="{fill}" '
        f'stroke="#44525c"/><text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle">{state_word(state, language)}</text>'
    )


def _state(state: str, language: Language) -> list[str]:
    kind = "closed" if state in CLOSED else "open" if state in OPEN else "aside"
    return [state_word(state, language), f"`{state}`", _say(kind, language)]


def _move(move: Move, language: Language) -> list[str]:
    sources = [state_word(source, language) if source != NEW else "—" for source in move.sources]
    source = _say("any", language) if set(move.sources) == set(STATES) else ", ".join(sources)
    source = _say("any_open", language) if set(move.sources) == OPEN else source
    target = state_word(move.target, language) if move.target else _say("stays", language)
    route = _say("direct", language) if move.direct_only else ""
    return [event_word(move.what, language), f"`tasks {move.command}`", source, target, route]


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))


def _say(name: str, language: Language) -> str:
    return say(f"tasks.drawn_{name}").in_(language)


def main() -> None:
    """Write the pages into the docs of this checkout."""
    for language in LANGUAGES:
        for name, text in pages(language).items():
            (DOCS / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
