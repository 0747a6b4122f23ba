"""`python -m examples.worlds`: write a world of any size, or the bundled town anew."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

from examples.worlds.size import SCALES, Size

TOWN = Path(__file__).parents[1] / "dongtang"
COUNTS = ("villages", "people", "homes", "lamps", "cameras", "fitness", "towns", "cut_off")


def main(arguments: list[str]) -> int:
    """Write what the arguments ask for and return the exit code."""
    asked = _parser().parse_args(arguments)
    if asked.dongtang:
        from examples.worlds.clerks import write_town
        from examples.worlds.dongtang import bundled_town

        write_town(bundled_town()[0], asked.out or TOWN)
        return 0
    from examples.worlds.world import make_world
    from examples.worlds.write import Form, write_world

    try:
        size = _size(asked)
        frames = make_world(size, asked.seed)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    form: Form = asked.form or ("gpkg" if size.homes <= 20_000 else "parquet")
    plan = write_world(frames, asked.out or Path(f"world-{asked.scale}-{asked.seed}"), form=form, name=asked.scale)
    for layer, frame in frames.items():
        print(f"{layer:>10} {len(frame):>10,}")
    print(plan)
    return 0


def _size(asked: argparse.Namespace) -> Size:
    given = {count: getattr(asked, count) for count in COUNTS if getattr(asked, count) is not None}
    return dataclasses.replace(SCALES[asked.scale], **given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.worlds", description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="town", help="how big, unless counts below say otherwise")
    parser.add_argument("--seed", type=int, default=1, help="the same seed and size give the same bytes")
    parser.add_argument("--out", type=Path, help="folder to write to")
    parser.add_argument("--form", choices=("gpkg", "parquet"), help="GeoPackage, or GeoParquet for large worlds")
    for count in COUNTS:
        parser.add_argument(f"--{count.replace('_', '-')}", type=int)
    parser.add_argument("--dongtang", action="store_true", help="write the bundled town's files anew")
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
