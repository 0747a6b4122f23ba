"""Canonical categories and roles, with the words people use for them. A word that is not here stays as it is written."""

from __future__ import annotations

from layers.spelling import folded

Words = dict[str, tuple[str, ...]]

FACILITIES: Words = {
    "fitness": (
        "健身路径",
        "健身点",
        "健身广场",
        "健身设施",
        "健身器材",
        "健身场地",
        "健身苑点",
        "体育健身",
        "全民健身",
        "fitness_station",
        "fitness_centre",
        "outdoor gym",
        "gym",
    ),
    "park": ("公园", "口袋公园", "游园", "小游园", "街心公园", "公园绿地", "文化公园", "garden", "pocket park"),
    "clinic": (
        "卫生室",
        "村卫生室",
        "诊所",
        "卫生所",
        "卫生服务站",
        "社区卫生服务站",
        "卫生站",
        "医疗点",
        "doctors",
        "health post",
        "clinics",
    ),
    "hospital": (
        "医院",
        "卫生院",
        "乡镇卫生院",
        "镇卫生院",
        "中心卫生院",
        "社区卫生服务中心",
        "综合医院",
        "hospitals",
    ),
    "pharmacy": ("药店", "药房", "大药房", "chemist", "pharmacies"),
    "school": ("学校", "小学", "中学", "初中", "高中", "九年一贯制学校", "教学点", "schools", "primary school"),
    "kindergarten": ("幼儿园", "托幼", "幼教点", "childcare", "nursery", "kindergartens"),
    "elderly": (
        "养老服务设施",
        "养老院",
        "敬老院",
        "养老服务中心",
        "居家养老服务中心",
        "养老服务站",
        "日间照料中心",
        "老年活动中心",
        "幸福院",
        "农村幸福院",
        "长者饭堂",
        "长者食堂",
        "social_facility",
        "nursing_home",
        "elderly care",
        "day care centre",
    ),
    "children_home": ("儿童之家", "未成年人保护工作站", "儿童活动中心", "children's home", "child centre"),
    "toilet": ("公厕", "公共厕所", "厕所", "卫生间", "旅游厕所", "toilets", "public toilet"),
    "waste": (
        "垃圾收集点",
        "垃圾桶",
        "垃圾箱",
        "垃圾分类亭",
        "垃圾分类点",
        "垃圾投放点",
        "垃圾房",
        "果皮箱",
        "waste_basket",
        "waste_disposal",
        "recycling",
        "bin",
    ),
    "market": ("市场", "菜市场", "农贸市场", "集贸市场", "集市", "农产品市场", "marketplace", "public_market"),
    "bus_stop": ("公交站", "公交站点", "公交车站", "客运站点", "招呼站", "乡村客运站", "bus stop", "bus_station"),
    "fire_station": ("消防站", "微型消防站", "消防队", "专职消防队", "志愿消防队", "fire station"),
    "court": (
        "篮球场",
        "球场",
        "体育场地",
        "羽毛球场",
        "灯光球场",
        "运动场",
        "pitch",
        "basketball court",
        "sports court",
    ),
    "parking": ("停车场", "停车位", "公共停车场", "car park", "parking lot"),
    "party_center": (
        "党群服务中心",
        "党群服务站",
        "便民服务中心",
        "便民服务站",
        "村委会",
        "居委会",
        "综合服务中心",
        "townhall",
        "community_centre",
        "party service centre",
    ),
    "depot": ("环卫站", "环卫停车场", "环卫所", "保洁站", "sanitation depot"),
    "treatment": (
        "垃圾处理厂",
        "垃圾处理场",
        "垃圾焚烧厂",
        "垃圾焚烧发电厂",
        "垃圾填埋场",
        "填埋场",
        "焚烧厂",
        "终端处理设施",
        "landfill",
        "incinerator",
        "waste treatment plant",
    ),
    "transfer_station": ("垃圾中转站", "中转站", "转运站", "垃圾转运站", "垃圾压缩站", "waste_transfer_station"),
}

DEVICES: Words = {
    "lamp": ("路灯", "太阳能路灯", "照明", "照明设施", "灯", "灯杆", "庭院灯", "lamps", "street_lamp", "streetlight"),
    "camera": (
        "摄像头",
        "监控",
        "视频监控",
        "监控摄像头",
        "探头",
        "摄像机",
        "高清探头",
        "cameras",
        "surveillance",
        "cctv",
    ),
}

POINTS: Words = {
    "entrance": ("村口", "出入口", "进村口", "进出村口", "入口", "主要出入口", "entrances", "village entrance"),
    "junction": ("路口", "交叉口", "十字路口", "三岔路口", "丁字路口", "crossroads", "junctions", "intersection"),
    "school_gate": ("校门口", "学校门口", "学校大门", "幼儿园门口", "school gate", "school_entrance"),
    "market": ("市场", "菜市场", "农贸市场", "集市", "marketplace"),
    "hospital": ("医院", "卫生院", "医院门口"),
    "square": ("广场", "文化广场", "村民广场", "squares", "plaza"),
    "station": ("车站", "客运站", "汽车站", "火车站", "公交枢纽", "stations"),
    "crossing": ("人行横道", "斑马线", "过街", "道口", "铁路道口", "crossings", "pedestrian crossing"),
}

ROLES: Words = {
    "cleaner": (
        "保洁员",
        "环卫工人",
        "环卫工",
        "清洁工",
        "村庄保洁员",
        "保洁人员",
        "环卫工作人员",
        "cleaners",
        "street cleaner",
    ),
    "social_worker": ("专职社工", "社工", "社会工作者", "双百社工", "专职社区工作者", "社区工作者", "social worker"),
    "doctor": (
        "乡村医生",
        "村医",
        "医生",
        "全科医生",
        "家庭医生",
        "驻村医生",
        "doctors",
        "village doctor",
        "physician",
    ),
    "grid_worker": ("网格员", "专职网格员", "网格长", "grid worker"),
    "warden": ("护林员", "巡河员", "河长", "ranger", "river warden"),
}

ASSETS: Words = {
    "reservoir": ("水库", "山塘", "小型水库", "塘坝", "reservoirs", "dam"),
    "sluice": ("水闸", "闸门", "节制闸", "sluices", "sluice gate"),
    "canal": ("灌渠", "灌溉渠", "渠道", "水渠", "canals", "irrigation canal"),
    "sewer": ("下水管道", "排水管道", "污水管网", "污水管道", "sewers", "drain"),
    "pump": ("泵站", "抽水站", "排涝站", "pumping station"),
    "bridge": ("桥梁", "桥", "桥涵", "bridges"),
}

PROGRAMMES: Words = {
    "retrofit": ("适老化改造", "居家适老化改造", "家庭适老化改造", "无障碍改造", "卫生间改造", "home retrofit"),
    "home_care": ("上门服务", "康复护理", "居家照护", "上门康复护理", "home care"),
    "wish": ("微心愿", "small wish"),
}

BY_KIND: dict[str, Words] = {
    "facilities": FACILITIES,
    "devices": DEVICES,
    "points": POINTS,
    "staff": ROLES,
    "assets": ASSETS,
    "households": PROGRAMMES,
}

# The column that says which of a kind a row is, where it is not `category`.
CATEGORY_COLUMNS = {"staff": "role", "households": "programme"}


def canonical(kind: str, word: str) -> str | None:
    """Return the category (role, for staff) of that kind which a word means, in the singular or plural; else None."""
    plain = folded(word)
    for value, aliases in BY_KIND.get(kind, {}).items():
        names = {folded(name) for name in (value, *aliases)}
        if plain in names or plain.removesuffix("s") in names or f"{plain}s" in names:
            return value
    return None
