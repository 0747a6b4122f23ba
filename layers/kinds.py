"""The kinds of layer as data: for each column its form, unit, bounds and the headers clerks and OpenStreetMap use."""

from __future__ import annotations

from layers.categories import ASSETS as ASSET_WORDS
from layers.categories import DEVICES as DEVICE_WORDS
from layers.categories import FACILITIES as FACILITY_WORDS
from layers.categories import POINTS as POINT_WORDS
from layers.categories import PROGRAMMES as PROGRAMME_WORDS
from layers.categories import ROLES as ROLE_WORDS
from layers.schema import Column, Schema

# A serial number tells rows apart only as long as nobody sorts the sheet, so any other id comes before it.
_SERIAL = ("code", "代码", "gid", "objectid", "fid", "geonameid", "no", "序号")
_ID = Column("id", "id", "编号", ("编码", "标识码", "osm_id"), fallbacks=_SERIAL)
_UNIT_ID = Column(
    "id",
    "id",
    "编号",
    ("编码", "村代码", "村居代码", "行政区划代码", "区划代码", "统计用区划代码", "标识码", "villcode", "osm_id"),
    fallbacks=_SERIAL,
)
_NAME = Column("name", "text", "名称", ("名字", "单位名称", "设施名称", "点位名称", "场所名称"))
# A code before a name: where a sheet has both, the code is what others refer to. Names are resolved after reading.
_UNIT_CODES = ("村代码", "村居代码", "村居编号", "所属村代码", "村编码", "village_id", "villcode", "unit")
_UNIT_NAMES = (
    "所属村",
    "所属行政村",
    "所在村",
    "服务村",
    "行政村",
    "村居",
    "所属社区",
    "村",
    "村名",
    "村庄",
    "社区",
    "village",
    "villname",
)
_UNIT = Column("unit_id", "id", "所属村居", _UNIT_CODES, fallbacks=_UNIT_NAMES)
_CATEGORY_HEADERS = ("类型", "种类", "设施类别", "设施类型", "fclass", "amenity")
_CATEGORY = Column(
    "category",
    "choice",
    "类别",
    _CATEGORY_HEADERS,
    choices=FACILITY_WORDS,
    open=True,
    fallbacks=("type", "class"),
)

# A device or facility that is not known to work must not count as supply, and one that is known not to must not either.
_STATUS = Column(
    "status",
    "choice",
    "状态",
    ("state", "运行状态", "使用状态", "设备状态", "在线状态", "工作状态"),
    choices={
        "working": (
            "正常",
            "在用",
            "完好",
            "运行",
            "在线",
            "开放",
            "营业",
            "已建",
            "ok",
            "online",
            "active",
            "open",
            "operating",
            "yes",
            "1",
        ),
        "broken": (
            "损坏",
            "故障",
            "离线",
            "不亮",
            "坏",
            "停用",
            "报废",
            "关闭",
            "停业",
            "offline",
            "inactive",
            "closed",
            "no",
            "0",
        ),
        "planned": ("规划", "拟建", "在建", "待建", "计划", "proposed", "construction", "under construction"),
    },
)

# What inspectors write: the four grades of a technical rating, and the words for them.
_CONDITION = Column(
    "condition",
    "choice",
    "技术状况",
    ("状况", "技术状况等级", "路况", "完好程度", "评定等级"),
    choices={
        "good": ("优", "良", "优良", "一类", "一类坝", "excellent"),
        "fair": ("中", "二类", "二类坝", "average"),
        "poor": ("次", "三类", "三类坝"),
        "bad": ("差", "四类", "危险", "very poor"),
    },
    open=True,
)
_SILT = Column("silt_cm", "number", "淤积深度", ("淤泥厚度", "淤积厚度", "silt_depth"), "cm", 0, 1000)

_SUBGROUPS = (
    Column(
        "pop60",
        "number",
        "60岁以上人口",
        ("60岁以上", "老年人口", "老人", "elderly", "pop_60", "超过64歲", "65岁以上人口"),
        "people",
        0,
    ),
    Column("children", "number", "儿童人口", ("0-14岁", "0-14岁人口", "儿童", "未滿15歲", "未满15岁"), "people", 0),
    Column("disabled", "number", "残疾人口", ("残疾人", "残疾人数", "残障"), "people", 0),
    Column("low_income", "number", "低保人口", ("低保", "低保人数", "困难人口", "脱贫人口"), "people", 0),
)

UNITS = Schema(
    "units",
    "村居",
    "villages and communities",
    "polygon_or_point",
    (
        _UNIT_ID,
        Column("name", "text", "名称", ("名字", "村名", "村庄", "村居", "社区", "行政村", "村社区", "villname")),
        Column(
            "population",
            "number",
            "常住人口",
            ("人口", "人口数", "总人口", "常住人口数", "people", "pop", "residents"),
            "people",
            0,
            5e6,
        ),
        *_SUBGROUPS,
        Column("households", "number", "户数", ("戶數", "总户数", "hh", "household"), "households", 0, 2e6),
        Column("category", "text", "类别", ("类型", "城乡分类", "type")),
    ),
)

DEMAND = Schema(
    "demand",
    "居民点",
    "homes and other demand points",
    "point",
    (
        _ID,
        Column(
            "people",
            "number",
            "人数",
            ("人口", "人口数", "常住人口", "居住人数", "population", "pop", "residents"),
            "people",
            0,
            1e6,
        ),
        _UNIT,
        *_SUBGROUPS,
        Column("name", "text", "名称", ("户主", "小区", "门牌", "地址", "address")),
    ),
)

ROADS = Schema(
    "roads",
    "道路",
    "roads",
    "line",
    (
        _ID,
        Column("name", "text", "路名", ("名称", "道路名称", "road", "路线名称")),
        Column(
            "class", "text", "等级", ("highway", "道路等级", "类别", "fclass", "技术等级", "行政等级", "road_class")
        ),
        Column("surface", "text", "路面", ("路面类型", "路面材料", "面层类型")),
        Column("width_m", "number", "路面宽度", ("width", "宽度", "路宽", "路面宽", "宽"), "m", 0, 200),
        Column("lanes", "number", "车道数", ("车道", "lane"), "lanes", 0, 20),
        Column(
            "oneway",
            "choice",
            "单行",
            ("单行线", "one_way", "单向"),
            choices={
                "yes": ("1", "true", "是", "单行", "单向", "ft"),
                "no": ("0", "false", "否", "双向"),
                "reverse": ("-1", "反向", "tf"),
            },
        ),
        Column(
            "lit_required",
            "flag",
            "应亮灯",
            ("应照明", "需照明", "是否应亮", "照明要求", "should_be_lit"),
        ),
        Column("lit", "flag", "已照明", ("照明", "有路灯")),
        Column("bridge", "flag", "桥梁", ("桥", "是否桥梁")),
        Column("tunnel", "flag", "隧道", ("是否隧道",)),
        Column("layer", "number", "层", ("层位",), "levels", -20, 20),
        Column("speed_kmh", "number", "车速", ("maxspeed", "限速", "设计速度", "设计车速"), "km/h", 0, 200),
        Column("junction", "text", "交叉形式", ()),
        Column("access", "text", "通行限制", ()),
        _CONDITION,
        Column("bay_spacing_m", "number", "错车道间距", ("错车道最大间距", "会车道间距", "错车台间距"), "m", 0, 10000),
    ),
)

DEVICES = Schema(
    "devices",
    "设备",
    "lamps, cameras and other devices",
    "point",
    (
        Column(
            "id",
            "id",
            "编号",
            ("设备编号", "灯杆编号", "杆号", "路灯编号", "摄像头编号", "点位编号", "编码", "osm_id"),
            fallbacks=_SERIAL,
        ),
        Column("name", "text", "名称", ("点位名称", "安装位置", "位置")),
        Column(
            "category", "choice", "类别", ("类型", "设备类型"), choices=DEVICE_WORDS, open=True, fallbacks=("type",)
        ),
        _STATUS,
        Column("azimuth_deg", "number", "方位角", ("direction", "朝向", "角度", "方位", "azimuth"), "degrees", 0, 360),
        Column("fov_deg", "number", "视场角", ("fov", "视角", "可视角度"), "degrees", 0, 360),
        Column("range_m", "number", "可视距离", ("range", "监控距离", "有效距离"), "m", 0, 5000),
    ),
)

FACILITIES = Schema(
    "facilities",
    "设施",
    "facilities",
    "any",
    (
        _ID,
        _NAME,
        _CATEGORY,
        _UNIT,
        Column("serves_units", "text", "服务村居", ("服务范围", "覆盖村", "serves")),
        Column(
            "capacity",
            "number",
            "容量",
            ("规模", "床位", "床位数", "车位", "车位数", "座位", "医生数", "beds", "doctors", "spaces", "places"),
            "places",
            0,
        ),
        Column("per_day", "number", "每日次数", ("清运频次", "日清运次数", "每天次数", "frequency"), "times", 0, 100),
        Column("area_m2", "number", "面积", ("面积平方米", "占地面积", "建筑面积", "area"), "m²", 0),
        _STATUS,
        Column("opened", "date", "启用日期", ("建成时间", "启用时间", "投用时间", "opening_date")),
    ),
)

STAFF = Schema(
    "staff",
    "人员",
    "staff",
    "none",
    (
        Column("id", "id", "编号", ("工号",), fallbacks=("序号", "no")),
        Column("unit_id", "id", "村居", _UNIT_CODES, required=True, fallbacks=_UNIT_NAMES),
        Column(
            "role",
            "choice",
            "岗位",
            ("职务", "岗位名称", "类别", "人员类别", "post", "type"),
            required=True,
            choices=ROLE_WORDS,
            open=True,
        ),
        Column("count", "number", "人数", ("在岗人数", "数量", "number", "在岗"), "people", 0, 1e5),
    ),
)

POINTS = Schema(
    "points",
    "重点部位",
    "points that must be watched",
    "point",
    (
        _ID,
        _NAME,
        Column(
            "category", "choice", "类别", _CATEGORY_HEADERS, choices=POINT_WORDS, open=True, fallbacks=("type", "class")
        ),
        _UNIT,
        Column("people", "number", "人数", ("使用人数", "users"), "people", 0, 1e6),
    ),
)

PARCELS = Schema(
    "parcels",
    "闲置地块",
    "idle parcels",
    "any",
    (
        _ID,
        Column("name", "text", "名称", ("地块名称",)),
        _UNIT,
        Column("area_m2", "number", "面积", ("面积平方米", "地块面积", "area"), "m²", 0),
        Column("tenure", "text", "权属", ("权属性质", "土地权属")),
        Column("use", "text", "现状用途", ("用途", "现状", "土地用途", "landuse")),
    ),
)

PETITIONS = Schema(
    "petitions",
    "群众诉求",
    "hotline calls and petitions",
    "any",
    (
        Column("id", "id", "工单号", ("编号", "工单编号", "受理编号"), fallbacks=_SERIAL),
        _UNIT,
        Column("topic", "text", "诉求类别", ("主题", "类别", "问题类型", "诉求类型", "事项")),
        Column("date", "date", "受理日期", ("日期", "受理时间", "时间")),
        Column("caller", "text", "来电人", ("电话", "来电号码", "诉求人")),
    ),
)

ASSETS = Schema(
    "assets",
    "资产设施",
    "reservoirs, sluices, sewers and other assets",
    "any",
    (
        _ID,
        _NAME,
        Column(
            "category",
            "choice",
            "类别",
            ("类型", "种类", "资产类别", "工程类型"),
            choices=ASSET_WORDS,
            open=True,
            fallbacks=("type", "class"),
        ),
        _UNIT,
        _STATUS,
        _CONDITION,
        Column("last", "date", "上次日期", ("最近鉴定日期", "上次鉴定", "上次检修", "上次维护", "最近检修日期")),
        Column("built", "date", "建成日期", ("建成时间", "竣工日期", "竣工时间", "建成年份")),
        Column("people", "number", "受益人数", ("人数", "影响人口", "下游人口", "dependants"), "people", 0, 5e6),
        _SILT,
    ),
)

WATERCOURSES = Schema(
    "watercourses",
    "水系",
    "rivers, canals and ditches",
    "line",
    (
        _ID,
        Column("name", "text", "名称", ("河流名称", "河名", "渠道名称", "水系名称")),
        Column("category", "text", "类别", ("类型", "waterway", "fclass")),
        Column("last_desilted", "date", "上次清淤", ("清淤日期", "上次清淤日期", "最近清淤日期", "清淤时间")),
        _SILT,
        Column("width_m", "number", "宽度", ("河宽", "渠宽", "width"), "m", 0, 5000),
    ),
)

HOUSEHOLDS = Schema(
    "households",
    "入户名单",
    "households eligible for a programme, as numbers a village",
    "none",
    (
        Column("id", "id", "编号", (), fallbacks=("序号", "no")),
        Column("unit_id", "id", "村居", _UNIT_CODES, required=True, fallbacks=_UNIT_NAMES),
        Column(
            "programme",
            "choice",
            "项目",
            ("类别", "项目名称", "改造类型", "program", "type"),
            choices=PROGRAMME_WORDS,
            open=True,
        ),
        Column(
            "eligible", "count", "应改户数", ("符合条件户数", "应办户数", "对象户数", "总户数"), "households", 0, 1e6
        ),
        Column("done", "count", "已改户数", ("完成户数", "已办户数", "已完成", "已完成户数"), "households", 0, 1e6),
        Column("people", "number", "人数", ("涉及人数", "对象人数"), "people", 0, 5e6),
    ),
)

KINDS: dict[str, Schema] = {
    schema.kind: schema
    for schema in (
        UNITS,
        DEMAND,
        ROADS,
        DEVICES,
        FACILITIES,
        STAFF,
        POINTS,
        PARCELS,
        PETITIONS,
        ASSETS,
        WATERCOURSES,
        HOUSEHOLDS,
    )
}
