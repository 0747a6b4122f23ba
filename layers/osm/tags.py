"""What OpenStreetMap's tags mean in coverplan's words, as data (keys and values as the OpenStreetMap wiki defines them)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

# Facilities: the first key=value of an object that is listed here names its category.
FACILITIES: Mapping[tuple[str, str], str] = {
    ("leisure", "fitness_station"): "fitness",
    ("leisure", "park"): "park",
    ("leisure", "pitch"): "court",
    ("leisure", "playground"): "playground",
    ("amenity", "clinic"): "clinic",
    ("amenity", "doctors"): "clinic",
    ("healthcare", "clinic"): "clinic",
    ("amenity", "hospital"): "hospital",
    ("amenity", "pharmacy"): "pharmacy",
    ("amenity", "school"): "school",
    ("amenity", "kindergarten"): "kindergarten",
    ("amenity", "nursing_home"): "elderly",
    ("social_facility", "nursing_home"): "elderly",
    ("social_facility", "assisted_living"): "elderly",
    ("social_facility", "day_care"): "elderly",
    ("amenity", "toilets"): "toilet",
    ("amenity", "recycling"): "waste",
    ("amenity", "waste_disposal"): "waste",
    ("amenity", "waste_transfer_station"): "transfer_station",
    ("amenity", "marketplace"): "market",
    ("highway", "bus_stop"): "bus_stop",
    ("amenity", "fire_station"): "fire_station",
    ("amenity", "parking"): "parking",
}

DEVICES: Mapping[tuple[str, str], str] = {
    ("highway", "street_lamp"): "lamp",
    ("man_made", "surveillance"): "camera",
    ("crossing", "traffic_signals"): "signal",
}

# Ways that are no way for anybody: planned, gone, or not a road at all.
NOT_ROADS = {
    "proposed",
    "construction",
    "abandoned",
    "razed",
    "platform",
    "rest_area",
    "services",
    "elevator",
    "corridor",
    "bus_stop",
    "no",
}

# Roads of a village's own, where its people walk after dark; country roads between villages are nobody's main street.
STREETS = {"residential", "living_street", "pedestrian", "unclassified", "tertiary", "secondary", "primary"}

# Settlements people live in, largest first; quarters of a town are parts of it, not settlements of their own.
SETTLEMENTS = ("city", "town", "village", "hamlet", "isolated_dwelling", "farm")
QUARTERS = ("borough", "suburb", "quarter", "neighbourhood")

# Buildings where nobody lives. Everything else that is a building may be a home ("yes" says no more than that it stands).
NOT_HOMES = {
    "barn", "bridge", "bunker", "carport", "cathedral", "chapel", "church", "civic", "commercial", "construction", "container",
    "cowshed", "entrance", "farm_auxiliary", "fire_station", "garage", "garages", "government", "grandstand", "greenhouse",
    "hangar", "hospital", "hotel", "hut", "industrial", "kindergarten", "kiosk", "mosque", "no", "office", "parking", "pavilion",
    "public", "retail", "riding_hall", "roof", "ruins", "school", "service", "shed", "silo", "sports_centre", "sports_hall",
    "stable", "stadium", "storage_tank", "sty", "supermarket", "temple", "toilets", "train_station", "transformer_tower",
    "transportation", "university", "warehouse", "water_tower",
}  # fmt: skip

_MPH_KMH = 1.609344
_NUMBER = re.compile(r"^\s*(-?\d+(?:[.,]\d+)?)\s*(m|km/h|kmh|mph|)\s*$")
_FLAGS = {
    "yes": True,
    "24/7": True,
    "automatic": True,
    "limited": True,
    "sunset-sunrise": True,
    "no": False,
    "disused": False,
}


def category(tags: Mapping[str, str], table: Mapping[tuple[str, str], str]) -> str | None:
    """Return the category the table gives for these tags, or None."""
    return next((name for (key, value), name in table.items() if tags.get(key) == value), None)


def number(text: str | None) -> float:
    """Return the number of a tag such as `3.5`, `3,5 m` or `30 mph` (as km/h); NaN if it says anything else."""
    match = _NUMBER.match(text or "")
    if match is None:
        return math.nan
    value = float(match[1].replace(",", "."))
    return value * _MPH_KMH if match[2] == "mph" else value


def flag(text: str | None) -> bool | None:
    """Return yes or no where the tag says so, else None."""
    return _FLAGS.get(text or "")


def built(text: str | None) -> bool:
    """Return whether a bridge or tunnel tag says that there is one (yes, viaduct, culvert ...)."""
    return bool(text) and text != "no"


def oneway(tags: Mapping[str, str]) -> str | None:
    """Return yes, no or reverse as the plan's road column has it; a roundabout and a motorway are one-way by nature."""
    value = tags.get("oneway")
    if value in ("-1", "reverse"):
        return "reverse"
    if value in ("yes", "true", "1"):
        return "yes"
    if value in ("no", "false", "0"):
        return "no"
    implied = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    return "yes" if implied else None
