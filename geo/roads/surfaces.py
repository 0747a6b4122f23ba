"""What a road is paved with, in the words of clerks and of OpenStreetMap: hard or not."""

from __future__ import annotations

# Hard: what 硬化路 means, cement, asphalt or stone set in it (OpenStreetMap wiki, Key:surface, "paved").
HARD = frozenset(
    {
        *(
            "水泥",
            "水泥混凝土",
            "混凝土",
            "砼",
            "沥青",
            "沥青混凝土",
            "柏油",
            "沥青表处",
            "硬化",
            "已硬化",
            "块石",
            "砖",
        ),
        *("石板", "铺装", "有铺装", "简易铺装", "paved", "asphalt", "concrete", "concrete:plates", "concrete:lanes"),
        *(
            "cement",
            "chipseal",
            "tarmac",
            "bitumen",
            "paving_stones",
            "sett",
            "cobblestone",
            "bricks",
            "brick",
            "metal",
        ),
    }
)

# Known not to be: earth, sand, gravel (Key:surface, "unpaved").
SOFT = frozenset(
    {
        *(
            "土",
            "泥土",
            "素土",
            "泥",
            "砂石",
            "砂砾",
            "碎石",
            "泥结碎石",
            "泥结石",
            "级配碎石",
            "沙石",
            "砾石",
            "煤渣",
            "炉渣",
        ),
        *("未硬化", "未铺装", "无铺装", "自然", "草", "unpaved", "gravel", "fine_gravel", "pebblestone", "compacted"),
        *("dirt", "earth", "ground", "mud", "sand", "grass", "grass_paver", "soil", "laterite", "wood", "rock"),
    }
)

HARD_WORD = "hard"  # what a plan writes for any of HARD


def surface_word(cell: object) -> str:
    """Return a surface as it is compared: lower case, without the 路面 or 路 at its end; "" for a blank cell."""
    word = str(cell).strip().lower() if isinstance(cell, str) else ""
    return word.removesuffix("路面").removesuffix("路") or word
