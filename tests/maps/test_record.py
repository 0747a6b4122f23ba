"""run.json, and what a whole run leaves on the disk."""

import hashlib
import json

import pytest

import maps
from layers.problems import SaveError
from maps.saving import OUTPUTS
from maps.totals import totals
from tests.maps.fakes import town


@pytest.fixture(scope="module")
def assessment():
    return town()


@pytest.fixture(scope="module")
def out(assessment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "out"
    maps.write(assessment, folder, timings_s={"reading": 1.23456})
    return folder


@pytest.fixture(scope="module")
def run(out):
    return json.loads((out / "run.json").read_text(encoding="utf-8"))


def test_the_folder_has_every_file_of_the_contract_and_no_other(out):
    assert sorted(path.name for path in out.iterdir()) == sorted(OUTPUTS)


def test_summary_is_as_the_contract_has_it(run, assessment):
    rules = run["summary"]["rules"]
    assert list(rules) == list(assessment.coverages)
    for rule_id, total in totals(assessment).rules.items():
        assert list(rules[rule_id]) == ["places", "met", "short", "unknown", "people", "people_short"]
        assert rules[rule_id]["met"] + rules[rule_id]["short"] + rules[rule_id]["unknown"] == rules[rule_id]["places"]
        assert rules[rule_id]["people_short"] == total.people_short


def test_inputs_have_their_books_and_fingerprints(run):
    for layer in run["inputs"]:
        assert layer["used"] + layer["repaired"] + layer["rejected"] == layer["rows_in"]
        assert len(layer["sha256"]) == 64


def test_it_says_which_plan_version_and_crs(run, assessment):
    assert run["plan"]["text"] == assessment.plan.text
    assert run["crs"] == assessment.world.layers.crs
    assert run["coverplan"]


def test_each_output_is_named_with_its_own_fingerprint(run, out):
    assert sorted([*run["outputs"], "run.json"]) == sorted(OUTPUTS)
    for name, digest in run["outputs"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest


def test_timings_are_last_and_apart(run):
    assert list(run)[-1] == "timings"
    assert run["timings"]["reading"] == 1.235
    assert run["timings"]["writing"] > 0


def test_two_runs_differ_in_nothing_but_timings(out, tmp_path):
    maps.write(town(), tmp_path / "again")
    for name in OUTPUTS:
        one, other = (out / name).read_bytes(), (tmp_path / "again" / name).read_bytes()
        if name == "run.json":
            one, other = (text.split(b'"timings"')[0] for text in (one, other))
        assert one == other, name


def test_a_table_changed_by_hand_is_not_replaced(assessment, tmp_path):
    out = tmp_path / "out"
    maps.write(assessment, out)
    maps.write(assessment, out)  # as we wrote it: replaced without a word
    with (out / "gaps.csv").open("a", encoding="utf-8") as file:
        file.write("my own row\n")
    with pytest.raises(SaveError) as refused:
        maps.write(assessment, out)
    assert refused.value.in_("en") == (
        f"{out / 'gaps.csv'}: this table was changed after the last run; replacing it would lose the changes. "
        "Save your copy elsewhere, or name another folder with --out."
    )
    assert (out / "gaps.csv").read_text(encoding="utf-8").endswith("my own row\n")
