"""`coverplan init`: a folder with a commented plan.yaml, and either templates to fill in or layers from OpenStreetMap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from layers import library
from layers.library import DEFAULT_PROFILE
from layers.problems import InputError, Problem
from layers.text import Language, Text, say

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.osm.town import Town

# Rules that OpenStreetMap can say something about, with the facility category each needs. Where people expect one in every
# village, a map with fewer of them than villages is more likely unfinished than right: what is missing is then unknown,
# and the rule stays switched off with the count beside it.
_EVERY_VILLAGE = {"bus_stop", "elderly", "fitness", "park", "toilet", "waste"}
_OSM_RULES: Mapping[str, str] = {
    "AGE-03": "elderly",
    "BUS-01": "bus_stop",
    "FIR-01": "fire_station",
    "GRN-01": "park",
    "HLT-02": "hospital",
    "MKT-01": "market",
    "SCH-01": "school",
    "SPT-02": "fitness",
    "TLT-01": "toilet",
    "WST-01": "waste",
}
# Fewer homes than this are no picture of where people live.
_FEW_HOMES = 50


@dataclass(frozen=True)
class Started:
    """What `start` wrote, and what the planner must know about it."""

    plan: Path
    files: tuple[Path, ...]
    notes: tuple[Text, ...]


def start(
    folder: Path, *, osm: Path | None = None, profile: str = DEFAULT_PROFILE, language: Language = "zh"
) -> Started:
    """Write a starter plan into the folder, which is made if need be.

    With `osm` (.osm.pbf, .osm or .osm.gz) the layers come from that extract, in one GeoPackage; without it there is an
    XLSX template for every layer that is a table. Raises InputError if the folder already has a plan.yaml, the profile is
    not known, or the extract cannot be read. Nothing that is there already is overwritten.
    """
    _check(folder, profile, osm)
    folder.mkdir(parents=True, exist_ok=True)
    if osm is None:
        return _from_templates(folder, profile, language)
    return _from_osm(folder, osm, profile, language)


def _check(folder: Path, profile: str, osm: Path | None) -> None:
    problems = []
    if (folder / "plan.yaml").exists():
        problems.append(Problem(str(folder / "plan.yaml"), say("starter.exists"), say("starter.other_folder")))
    if profile not in library.profiles():
        problems.append(
            Problem(
                "--profile",
                say("plan.unknown_profile", profile=profile),
                say("plan.one_of", words=", ".join(library.profiles())),
            )
        )
    if osm is not None and not osm.is_file():
        problems.append(Problem(str(osm), say("plan.no_file"), say("plan.check_path")))
    if problems:
        raise InputError(problems)


def _from_templates(folder: Path, profile: str, language: Language) -> Started:
    from layers.templates import TEMPLATES, write_template

    files = tuple(write_template(folder / name, kind, language) for name, kind in TEMPLATES.items())
    plan = folder / "plan.yaml"
    name = folder.resolve().name
    plan.write_text(
        say("starter.plan", name=_quoted(name), profile=profile, language=language).in_(language), encoding="utf-8"
    )
    return Started(plan, files, (say("starter.fill_in"),))


def _from_osm(folder: Path, osm: Path, profile: str, language: Language) -> Started:
    from layers.osm.extract import extract
    from layers.osm.town import town

    try:
        found = extract(osm)
    except RuntimeError as error:
        raise InputError(
            [Problem(str(osm), say("starter.not_osm", cause=str(error)), say("starter.osm_forms"))]
        ) from None
    if not found.roads:
        raise InputError([Problem(str(osm), say("starter.no_roads"), say("starter.osm_forms"))])
    made = town(found)
    file = folder / "layers.gpkg"
    for name, table in made.tables.items():
        # No lamp on the map is an empty layer, not a missing one, so every table is written.
        shape = None if len(table) else "Point"
        _typed(table).to_file(file, layer=name, driver="GPKG", engine="pyogrio", geometry_type=shape)
    plan = folder / "plan.yaml"
    plan.write_text(_osm_plan(osm, made, profile, language), encoding="utf-8")
    return Started(plan, (file,), _notes(made))


def _typed(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table with columns of one type each, as a GeoPackage needs them (a column of nothing is text)."""
    import pandas as pd

    result = table.copy()
    for name in result.columns.drop("geometry"):
        if result[name].isna().all():
            result[name] = pd.Series(None, index=result.index, dtype="str")
        elif result[name].map(type).isin([bool, type(None)]).all():
            result[name] = result[name].astype("boolean")
    return result


def _osm_plan(osm: Path, made: Town, profile: str, language: Language) -> str:
    mapped = made.tables["facilities"]["category"].value_counts() if len(made.tables["facilities"]) else {}
    villages = len(made.tables["units"])
    rules = ["  - {id: LGT-01}"]
    for id_, category in _OSM_RULES.items():
        count = int(mapped.get(category, 0))
        title = library.rules(profile)[id_]["title"][language]
        is_enough = count >= (villages if category in _EVERY_VILLAGE else 1)
        said = "mapped" if is_enough else "hardly_mapped" if count else "not_mapped"
        comment = say(f"starter.{said}", title=title, count=count, villages=villages).in_(language)
        rules.append(f"  {'' if is_enough else '# '}- {{id: {id_}}}  # {comment}")
    kinds = {"units": "units", "homes": "demand", "roads": "roads", "facilities": "facilities", "devices": "devices"}
    layers = [f"  {name}: {{kind: {kind}, path: layers.gpkg, layer: {name}}}" for name, kind in kinds.items()]
    head = say("starter.osm_head", file=osm.name, name=_quoted(_name(osm)), profile=profile, language=language).in_(
        language
    )
    return "\n".join([head, "layers:", *layers, "rules:", *rules, ""])


def _notes(made: Town) -> tuple[Text, ...]:
    homes, roads, units = made.tables["homes"], made.tables["roads"], made.tables["units"]
    notes = [say(f"starter.units_by_{made.units_by}", count=len(units))]
    assumed = int((homes["people_source"] == "assumed").sum()) if len(homes) else 0
    if assumed:
        notes.append(say("starter.people_assumed", count=assumed, homes=len(homes)))
    if len(homes) < _FEW_HOMES:
        notes.append(say("starter.few_homes", count=len(homes)))
    streets = roads[roads["lit_required"]]
    notes.append(say("starter.lit_known", known=int(streets["lit"].notna().sum()), streets=len(streets)))
    return tuple(notes)


def _name(osm: Path) -> str:
    return osm.name.partition(".")[0]


def _quoted(text: str) -> str:
    """Return the text as a YAML string in single quotes."""
    return "'" + text.replace("'", "''") + "'"
