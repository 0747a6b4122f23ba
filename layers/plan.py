"""plan.yaml as typed, frozen data: what to check, on which layers, by which rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from layers.kinds import KINDS
from layers.options import IsoDate, RuleOptions, Typed, checked_where
from layers.rankingoptions import RankingOptions
from layers.text import Language

_DATABASES = ("postgresql://", "postgres://")


def is_database(path: str) -> bool:
    """Return whether a layer's path is the address of a database and not a file."""
    return path.strip().lower().startswith(_DATABASES)


class PageSettings(Typed):
    """What the map page says of itself and what it holds back: `page:` inside `plan:`.

    `approval` is the map approval number (审图号) and `classification` the mark (内部资料, 秘密 ...), shown and printed as
    they are. `cameras`: shown where they stand, `coarse` (moved to the middle of a 500 m square), or `left_out`.
    `basemap` is fetched from the internet when the page is open: the page then works offline without it.
    """

    approval: str = ""
    classification: str = ""
    cameras: Literal["shown", "coarse", "left_out"] = "shown"
    basemap: Literal["none", "osm", "gaode", "tianditu"] = "none"


class NetworkSettings(Typed):
    """How roads are put together, where files leave it open: `network:` inside `plan:`.

    `node_crossings` joins roads that cross on one level (bridge, tunnel, layer) without a shared vertex. `join_ends_m`
    joins a loose end to the nearest road on its level if the gap is no wider; each is listed. `barriers` are layers
    (rivers, walls) that nobody crosses between a door and the road. `heights` is a raster of heights in metres, for the
    time that walking and cycling uphill take.
    """

    node_crossings: bool = False
    join_ends_m: float = Field(default=0.0, ge=0, le=20)
    barriers: tuple[str, ...] = ()
    heights: str | None = Field(default=None, min_length=1)


class Settings(Typed):
    """The `plan:` part: what the run is about.

    `crs` is the metric CRS of the run (chosen from the data if it is not given). `budget` is in yuan. `date` is the day
    the data speak of; the run never asks the clock. `safety_net_first` ranks severity A before everything else.
    `max_rejected_share` is the share (0-1) of a layer's rows that may be rejected before the run stops, and
    `max_rejected_people_share` that of the people of its villages or homes. `public_smallest` is
    the fewest people that a figure of the public edition may stand for.
    """

    name: str = Field(min_length=1)
    profile: str = "township-rural"
    crs: str | None = None
    language: Language = "zh"
    budget: float | None = Field(default=None, ge=0)
    date: IsoDate | None = None
    safety_net_first: bool = False
    max_rejected_share: float = Field(default=0.05, ge=0, le=1)
    max_rejected_people_share: float = Field(default=0.02, ge=0, le=1)
    public_smallest: int = Field(default=10, ge=2)
    page: PageSettings = PageSettings()
    network: NetworkSettings = NetworkSettings()
    ranking: RankingOptions = RankingOptions()


class LayerSpec(Typed):
    """One entry of `layers:`: where a layer is and how to read it.

    `path` is a file, relative to the plan, or the address of a database (postgresql://user@host/name) without its password.
    `layer` is the table or sheet inside the file. The place in a table is in the columns `x` and `y`, in one column of
    pairs (`lonlat` or `latlon`, by their order) or in `wkt`; `degrees: dms` says that they are in degrees, minutes and
    seconds. `crs` is an EPSG code, `gcj02` or `bd09`; a file that states its own needs none. `columns` maps
    canonical columns to the file's headers where the aliases do not find them; `where` keeps only some rows.
    """

    kind: str
    path: str = Field(min_length=1)
    layer: str | None = None
    crs: str | None = None
    x: str | None = None
    y: str | None = None
    wkt: str | None = None
    lonlat: str | None = None
    latlon: str | None = None
    degrees: Literal["dms"] | None = None
    encoding: str | None = None
    where: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in KINDS:
            raise PydanticCustomError("plan.not_one_of", "unknown kind", {"choices": ", ".join(KINDS)})
        return kind

    @field_validator("path")
    @classmethod
    def _keeps_no_secret(cls, path: str) -> str:
        if is_database(path) and (urlsplit(path).password is not None or "password=" in path.lower()):
            raise PydanticCustomError("plan.password_in_path", "a password stands in the plan")
        return path

    @field_validator("where")
    @classmethod
    def _in_the_grammar(cls, where: str | None) -> str | None:
        return checked_where(where)


@dataclass(frozen=True)
class Plan:
    """A plan read whole and without fault.

    `rules` are typed by their rule types (`geo.rules`), library rules already filled in from the profile. `folder` is
    where paths start from; `file` is the plan's own name and `text` the file as it was, for the record.
    """

    settings: Settings
    layers: dict[str, LayerSpec]
    rules: tuple[RuleOptions, ...]
    folder: Path
    file: str
    text: str
