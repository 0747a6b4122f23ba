from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import layers
from layers import library
from layers.planschema import json_schema
from layers.problems import PlanError
from layers.ruletypes import rule_type, rule_type_names

GOOD = """\
plan: {name: 东塘镇, profile: township-rural, crs: EPSG:4547, language: zh, budget: 0500000, date: 2026-11-20}
layers:
  units: {kind: units, path: villages.gpkg, layer: villages, id: code}
rules:
  - id: STF-01
"""
HEAD = "plan: {name: t}\nlayers:\n  units: {kind: units, path: a.gpkg}\nrules:\n"


def faults(folder: Path, text: str | bytes, language: str = "en") -> list[str]:
    file = folder / "plan.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PlanError) as caught:
        layers.read_plan(file)
    return [problem.in_(language) for problem in caught.value.problems]


def plan_of(folder: Path, text: str) -> layers.Plan:
    file = folder / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    return layers.read_plan(file)


def test_plan_is_typed_by_the_schema_and_never_guessed(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, GOOD.replace(", id: code", ""))
    assert plan.settings.budget == 500000
    assert plan.settings.date.isoformat() == "2026-11-20"
    assert plan.rules[0].id == "STF-01"
    assert plan.folder == tmp_path


def test_name_that_looks_like_a_flag_stays_text(tmp_path: Path) -> None:
    assert plan_of(tmp_path, HEAD.replace("name: t", "name: no") + "  - id: STF-01\n").settings.name == "no"


def test_every_fault_is_reported_at_its_line_and_column(tmp_path: Path) -> None:
    text = """\
plan: {name: 东塘镇, profil: township-rural, language: zn, budget: 5e5x, date: 20261120}
layers:
  units: {kind: unitz, path: villages.gpkg}
  homes: {kind: demand, path: homes.csv, columns: {peopl: 人}}
  fitness: {kind: facilities, path: f.gpkg, where: "category fitness"}
  fitness: {kind: facilities, path: f.gpkg}
rules:
  - id: STF-1
  - {id: SPT-02, cutoff_m: far}
  - {id: dark, type: along_rod}
  - {id: STF-02}
  - {id: STF-02}
"""
    assert faults(tmp_path, text) == [
        'plan.yaml:1:19: there is no option "profil" here. Did you mean "profile"?',
        "plan.yaml:1:53: \"language\" cannot be \"zn\". It can be one of: 'zh', 'en'.",
        'plan.yaml:1:65: "budget" cannot be "5e5x". Write a number, such as 500 or 0.9.',
        'plan.yaml:1:77: "date" is "20261120", which is not a date. Write it as 2026-11-20.',
        'plan.yaml:3:17: "kind" cannot be "unitz". Did you mean "units"?',
        'plan.yaml:4:52: "peopl" is not a column of a demand layer. Did you mean "people"?',
        'plan.yaml:5:52: after the column "category" a comparison should follow, not "fitness". '
        "Write it like this: category == 'fitness' and area_m2 >= 2000.",
        'plan.yaml:6:3: "fitness" is given twice (first in line 5). Keep one of them.',
        'plan.yaml:8:9: the library has no rule "STF-1". Did you mean "STF-01"?',
        'plan.yaml:9:28: "cutoff_m" cannot be "far". Write a number, such as 500 or 0.9.',
        'plan.yaml:10:22: there is no rule type "along_rod". Did you mean "along_road"?',
        'plan.yaml:12:10: the rule id "STF-02" is used twice (first in line 11). Choose another id.',
    ]


def test_faults_are_told_in_chinese(tmp_path: Path) -> None:
    assert faults(tmp_path, HEAD + "  - {id: STF-01, per: 0}\n  - {id: STF-02, raduis: 3}\n", "zh") == [
        "plan.yaml:5:23：“per”的值 0 超出范围。per 应当 > 0。",
        "plan.yaml:6:18：没有“raduis”这一项。可以写：" + ", ".join(rule_type("quota").model_fields) + "。",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "plan.yaml:1:1: the file has none of the parts plan, layers and rules."),
        ("- a\n", "plan.yaml:1:1: the file has none of the parts plan, layers and rules."),
        ("plan: [\n", "plan.yaml:2:1: this is not valid YAML"),
        ("plan: &a {name: x}\nlayers: *a\n", "plan.yaml:1:7: a plan may not use YAML anchors"),
        ("plan: !!python/object:os.system {}\n", "plan.yaml:1:7: a plan may not use YAML anchors"),
        ("plan: " + "[" * 3000, "plan.yaml:1:26: it is nested deeper than 20 levels."),
        (b"\xff\xff\xff", "this is not a text file"),
        (
            HEAD + "  - {id: STF-01, type: reach}\n",
            'plan.yaml:5:24: the id "STF-01" belongs to a library rule of type quota',
        ),
        (HEAD + "  - {per: 3}\n", "plan.yaml:5:5: this rule has no id."),
        (
            HEAD + "  - {id: STF-01, cost: {low: 3, mid: 2, high: 1}}\n",
            "plan.yaml:5:24: a cost must have low <= mid <= high.",
        ),
        (
            "plan: {name: t, profile: rural}\nlayers: {u: {kind: units, path: a}}\nrules: [{id: STF-01}]",
            "there is no profile",
        ),
    ],
)
def test_fault(tmp_path: Path, text: str | bytes, fault: str) -> None:
    assert fault in "\n".join(faults(tmp_path, text))


def test_missing_file_says_how_to_start(tmp_path: Path) -> None:
    with pytest.raises(
        PlanError, match="there is no such file. Check the path, or start a plan with coverplan init DIR."
    ):
        layers.read_plan(tmp_path / "none.yaml")


def test_gb18030_plan_is_read(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_bytes((HEAD.replace("name: t", "name: 东塘镇") + "  - id: STF-01\n").encode("gb18030"))
    assert layers.read_plan(file).settings.name == "东塘镇"


def test_one_number_of_a_library_rule_can_be_changed(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, HEAD + "  - {id: SPT-02, cutoff_m: 800, cost: {mid: 70000}}\n")
    rule = plan.rules[0]
    own, near = rule.inner
    assert (own.type, near.cutoff_m, near.cutoff_min) == ("presence", 800, None)
    assert (rule.cost.low, rule.cost.mid) == (15000, 70000)


@pytest.mark.parametrize("profile", library.profiles())
def test_every_library_rule_is_a_valid_rule_in_every_profile(profile: str) -> None:
    for id_, rule in library.rules(profile).items():
        typed = rule_type(rule["type"]).model_validate(rule)
        assert typed.id == id_
        assert typed.title.zh
        assert typed.title.en
        assert typed.norm.text
        assert typed.cost is not None


def test_faults_in_a_part_of_a_combined_rule_are_told_at_their_own_place(tmp_path: Path) -> None:
    text = (
        HEAD
        + """\
  - id: both
    type: combine
    all:
      - {type: presence, facilities: fitness, at_leest: 2}
      - {type: reech, cutoff_m: 500}
      - {type: reach, cutoff_m: far}
      - {type: reach, cutoff_m: 5, where: "a ="}
  - {id: one, type: combine, any: [{type: presence}]}
"""
    )
    first = text.splitlines().index("    all:") + 2
    assert [fault.partition(":")[2] for fault in faults(tmp_path, text)] == [
        f'{first}:47: there is no option "at_leest" here. Did you mean "at_least"?',
        f'{first + 1}:16: "type" cannot be "reech". Did you mean "reach"?',
        f'{first + 2}:33: "cutoff_m" cannot be "far". Write a number, such as 500 or 0.9.',
        f"{first + 3}:43: the filter ends too early. Write it like this: category == 'fitness' and area_m2 >= 2000.",
        f"{first + 4}:5: a combined rule gives either all or any, with at least two parts. "
        "Write all: [{type: presence, ...}, {type: reach, ...}], or any in the same way.",
    ]


def test_profile_may_change_the_type_of_a_rule() -> None:
    assert library.rules("township-rural")["TLT-01"]["type"] == "presence"
    town = library.rules("county-town")["TLT-01"]
    assert [part["type"] for part in town["all"]] == ["presence", "reach"]
    assert "at_least" not in town
    assert town["title"]["zh"] == "公共厕所"


def test_json_schema_names_every_rule_type() -> None:
    text = str(json_schema())
    assert all(f"'const': '{name}'" in text for name in rule_type_names())


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="plan:layers rules{}[],-'\"&*!#\n\t 0a~|>%@`é村", max_size=120))
def test_any_text_is_a_plan_or_a_list_of_faults(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_bytes(text.encode())
    with pytest.raises(PlanError) as caught:
        layers.read_plan(file)
    assert caught.value.problems


def test_number_that_a_plan_changes_is_the_plans_own_choice_and_no_longer_the_clauses(tmp_path: Path) -> None:
    text = """\
  - {id: FIR-01, cutoff_min: 8}
  - {id: GRN-01, cutoff_m: 500, weight: 2, department: 园林局}
  - {id: SPT-02, cutoff_m: 800}
  - {id: STF-01, per: 400, norm: {text: 镇政府 2026, mark: S}}
"""
    marks = {rule.id: (rule.norm.mark, rule.norm.text) for rule in plan_of(tmp_path, HEAD + text).rules}
    assert marks == {
        "FIR-01": ("I", "GB 51080-2015 第 4.1.3 条（5 分钟含 1 分钟出动）（本计划改为 cutoff_min 8）"),
        "GRN-01": ("V", "GB/T 51346-2019 第 4.3.4 条（500 米）"),
        "SPT-02": ("I", "“十四五”：健身设施到村、15 分钟健身圈（本计划改为 cutoff_m 800）"),
        "STF-01": ("S", "镇政府 2026"),
    }


def test_profile_that_changes_a_number_says_where_it_comes_from() -> None:
    changes = {(profile, id_): rule for profile in library.profiles() for id_, rule in library.changes(profile).items()}
    assert [where for where, change in changes.items() if "norm" not in change] == []
