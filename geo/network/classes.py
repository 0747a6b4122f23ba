"""What road classes mean for travel: who may use them and how fast one drives there, as data with its sources."""

from __future__ import annotations

# Chinese words for classes, by the OpenStreetMap class that means the same for travel.
# Administrative and technical grades as in JTG B01-2014 and the Highway Law; urban ones as in CJJ 37-2012.
SAME_AS = {
    "高速公路": "motorway",
    "高速": "motorway",
    "国道": "trunk",
    "快速路": "trunk",
    "城市快速路": "trunk",
    "一级公路": "trunk",
    "一级": "trunk",
    "省道": "primary",
    "二级公路": "primary",
    "二级": "primary",
    "主干路": "primary",
    "主干道": "primary",
    "县道": "secondary",
    "三级公路": "secondary",
    "三级": "secondary",
    "次干路": "secondary",
    "次干道": "secondary",
    "乡道": "tertiary",
    "四级公路": "tertiary",
    "四级": "tertiary",
    "支路": "tertiary",
    "村道": "unclassified",
    "通村路": "unclassified",
    "通组路": "unclassified",
    "等外": "unclassified",
    "等外公路": "unclassified",
    "街巷": "residential",
    "巷道": "residential",
    "小区路": "living_street",
    "入户路": "service",
    "内部道路": "service",
    "机耕路": "track",
    "田间道": "track",
    "生产路": "track",
    "人行道": "footway",
    "步行道": "footway",
    "步道": "footway",
    "绿道": "footway",
    "小路": "path",
    "步行街": "pedestrian",
    "台阶": "steps",
    "梯道": "steps",
    "自行车道": "cycleway",
    "非机动车道": "cycleway",
}

# Nobody walks here: OpenStreetMap wiki, "OSM tags for routing/Access restrictions": motorways are closed to
# pedestrians; 公路法 and 道路交通安全法 67 say the same of 高速公路. Ramps of trunk roads lead nowhere on foot.
NOT_ON_FOOT = frozenset({"motorway", "motorway_link", "trunk_link", "raceway", "bus_guideway", "busway"})

# Nobody drives here. 机耕路 and tracks carry tractors, not ambulances.
NOT_BY_CAR = frozenset(
    {
        "footway",
        "path",
        "steps",
        "cycleway",
        "pedestrian",
        "track",
        "bridleway",
        "corridor",
        "elevator",
        "platform",
        "raceway",
        "bus_guideway",
        "busway",
        "via_ferrata",
    }
)

# Nobody cycles here: 道路交通安全法 67 keeps bicycles off 高速公路; stairs and platforms are no place to ride.
NOT_BY_BICYCLE = frozenset(
    {
        "motorway",
        "motorway_link",
        "trunk_link",
        "steps",
        "corridor",
        "elevator",
        "platform",
        "raceway",
        "bus_guideway",
        "busway",
        "via_ferrata",
    }
)

# No vehicle ever will go here; a track or a path may become a road that one can drive on.
NOT_FOR_VEHICLES = NOT_BY_CAR - {"track", "path"}

# There is no road here, or not yet.
NOT_A_ROAD = frozenset({"construction", "proposed", "planned", "abandoned", "disused", "razed", "no", "规划", "在建"})

# What one really drives, stops and bends included, in km/h: the speed table of OSRM's car profile (profiles/car.lua),
# mark V; it is below the design speeds of JTG B01-2014 (三级 30-40, 四级 20-30 km/h) from 省道 down.
DRIVE_KMH = {
    "motorway": 90.0,
    "motorway_link": 45.0,
    "trunk": 85.0,
    "trunk_link": 40.0,
    "primary": 65.0,
    "primary_link": 30.0,
    "secondary": 55.0,
    "secondary_link": 25.0,
    "tertiary": 40.0,
    "tertiary_link": 20.0,
    "unclassified": 25.0,
    "residential": 25.0,
    "living_street": 10.0,
    "service": 15.0,
}

# A road whose class is blank or a word we do not know, in km/h: as an unclassified one.
DRIVE_OTHER_KMH = DRIVE_KMH["unclassified"]

# What one really cycles, in km/h: OSRM's bicycle profile (profiles/bicycle.lua), mark V; on footways one pushes.
CYCLE_KMH = {"footway": 6.0, "pedestrian": 6.0, "bridleway": 6.0, "path": 13.0, "track": 12.0}
CYCLE_OTHER_KMH = 15.0

# No faster than this on such a surface, in km/h: surface_speeds of the same profiles; the Chinese words by what they mean.
DRIVE_SURFACE_KMH = {
    **dict.fromkeys(("paving_stones", "bricks", "brick", "metal", "砖", "石板"), 60.0),
    **dict.fromkeys(
        ("gravel", "unpaved", "ground", "dirt", "pebblestone", "sett", "wood", "grass", "grass_paver"), 40.0
    ),
    **dict.fromkeys(("砂石", "砂砾", "碎石", "泥结碎石", "泥结石", "级配碎石", "沙石", "砾石", "煤渣", "炉渣"), 40.0),
    **dict.fromkeys(("未硬化", "未铺装", "无铺装", "块石", "草"), 40.0),
    **dict.fromkeys(("cobblestone", "clay"), 30.0),
    **dict.fromkeys(("earth", "soil", "stone", "rock", "rocky", "sand", "土", "泥土", "素土", "自然"), 20.0),
    **dict.fromkeys(("mud", "泥"), 10.0),
}
CYCLE_SURFACE_KMH = {
    **dict.fromkeys(("paving_stones", "compacted", "sett", "bricks", "brick", "metal", "砖", "石板", "块石"), 10.0),
    **dict.fromkeys(("cobblestone", "unpaved", "gravel", "fine_gravel", "pebblestone", "ground", "dirt", "earth"), 6.0),
    **dict.fromkeys(("grass", "grass_paver", "wood", "soil", "clay", "stone", "rock", "rocky"), 6.0),
    **dict.fromkeys(("砂石", "砂砾", "碎石", "泥结碎石", "泥结石", "级配碎石", "沙石", "砾石", "煤渣", "炉渣"), 6.0),
    **dict.fromkeys(("未硬化", "未铺装", "无铺装", "草", "土", "泥土", "素土", "自然"), 6.0),
    **dict.fromkeys(("mud", "sand", "泥"), 3.0),
}

# Words of the columns access, vehicle, foot ... that keep the public out.
CLOSED = frozenset({"no", "private", "禁行", "禁止通行", "私有", "内部"})
