"""Names that sound right and belong to nobody: villages, natural villages, roads, lanes."""

from __future__ import annotations

import numpy as np

from examples.worlds.growth import Array, Ints

_FIRST = "东西南北上下中大长高石白黄青红新旧平古横莲龙凤牛马鹤鹿云沙水金银竹松梅桂荔榕樟茶禾麦稻双三四九官塘"
_SECOND = "塘槎坑洞岭岗坪村田湾洲陂桥井垌朗滩溪冲涌围社寨堡屋头山角坝潭园林桐梓洋湖峰台岸".replace("村", "")
_THIRD = ("", "口", "头", "尾", "背", "心", "坳", "边", "下", "基")
# Beyond a few thousand villages two characters do not suffice.
_SURNAME = "陈李黄张梁吴何冯郑谢岑邓莫罗潘卢苏叶朱林郭钟蔡曾彭余萧廖江赖"
_HAMLET_LAST = ("村", "里", "坊", "围", "垌", "巷", "屋", "坪", "岭", "坑", "塘", "寨")
_TOWN_STREETS = ("东风路", "人民路", "建设路", "新华路", "解放路", "文明街", "和平街", "振兴路")
_TOWN_CROSSINGS = ("圩前街", "中山街", "学前街", "福寿街", "胜利街", "河堤路", "光明街", "工业路")


def village_names(count: int, towns: int, rng: np.random.Generator) -> Array:
    """Return unique names without the ending: the towns' first, whose community is called after the town."""
    pairs = [a + b for a in _FIRST for b in _SECOND if a != b]
    pool = np.array(pairs)
    rng.shuffle(pool)
    if count > len(pool):
        longer = np.array([pair + third for third in _THIRD[1:] for pair in pairs])
        rng.shuffle(longer)
        pool = np.concatenate([pool, longer])
    if count > len(pool):
        longest = np.array([surname + str(name) for surname in _SURNAME for name in pool[: 1 + count // len(_SURNAME)]])
        pool = np.concatenate([pool, longest])
    if towns == 1:  # the bundled town keeps its name whatever the seed
        pool = np.concatenate([np.array(["东塘"]), pool[pool != "东塘"]])
    return pool[:count]


def hamlet_names(village: Ints, is_seat: Array, village_name: Array, rng: np.random.Generator) -> Array:
    """Return natural villages' names, unique within a village: the seat is called after the village itself."""
    lineage = np.array(list(_SURNAME))[rng.integers(0, len(_SURNAME), len(village))]
    last = np.array(_HAMLET_LAST)
    pick = rng.integers(0, len(last), len(village))
    # Six natural villages at most: taking endings in turn from a random start keeps them apart.
    first_of = np.searchsorted(village, village)
    ending = last[(pick[first_of] + np.arange(len(village)) - first_of) % len(last)]
    stem = np.array([str(name)[:1] for name in village_name])[village]
    own = np.where(rng.random(len(village)) < 0.5, lineage, stem)
    return np.where(is_seat, np.char.add(village_name[village].astype(str), "老村"), np.char.add(own, ending))


def town_street_names(grid_a: Ints, grid_b: Ints) -> Array:
    """Return the names of a town's streets: one a row and one a column of its grid."""
    along_row = grid_a[:, 1] == grid_b[:, 1]
    rows = np.array(_TOWN_STREETS)[grid_a[:, 1] % 8]
    columns = np.array(_TOWN_CROSSINGS)[grid_a[:, 0] % 8]
    return np.where(along_row, rows, columns)


NUMERALS = np.array(
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"] + [f"十{d}" for d in "一二三四五六七八九"] + ["二十"]
)
