"""The live page and the feature service, asked over loopback as a browser and QGIS ask."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

import geo
import layers
import maps
from layers.plan import Plan
from layers.problems import InputError
from maps.serve.adopting import Counter, Wish, name_of
from maps.serve.app import Service, application
from maps.serve.scenario import Scenario, applied, options_of, scenario
from tests.maps.browsing import needs_chromium
from tests.maps.test_qgis import needs_qgis, opened

httpx = pytest.importorskip("httpx", reason="httpx is not installed")
pytest.importorskip("uvicorn", reason="uvicorn (extra web) is not installed")

TOWN = Path(__file__).resolve().parents[2] / "examples" / "dongtang" / "plan.yaml"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return layers.read_plan(TOWN)


@pytest.fixture(scope="module")
def served(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run `coverplan serve` as a person does, and yield its address."""
    out = tmp_path_factory.mktemp("serve") / "out"
    maps.write(geo.assess(plan, layers.read_layers(plan)), out)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "maps",
        "serve",
        out,
        "--plan",
        TOWN,
        "--port",
        str(port),
        "--name",
        "plan.gov.cn",
        "--write",
    ]
    with subprocess.Popen(list(map(str, command)), cwd=TOWN.parents[2]) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/ogc")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the server did not start within a minute")


def test_a_changed_number_gives_what_a_run_of_that_plan_gives(served: str, plan: Plan) -> None:
    found = httpx.get(f"{served}/api/whatif?SPT-02.cutoff_min=20&lang=zh", timeout=60).json()
    (rule,) = [rule for rule in plan.rules if rule.id == "SPT-02"]
    own, near = rule.inner
    farther = rule.model_copy(update={"all": (own, near.model_copy(update={"cutoff_min": 20.0}))})
    changed = [farther if rule.id == "SPT-02" else rule for rule in plan.rules]
    after = geo.assess(Plan(**{**vars(plan), "rules": tuple(changed)}), layers.read_layers(plan))
    without = after.coverages["SPT-02"].frame["people_short"].sum()
    line = next(line for line in found["lines"] if line["title"] == "家门口健身设施")
    assert line["then"] == pytest.approx(without)
    assert line["now"] > line["then"] > 0
    assert all(each["now"] == each["then"] for each in found["lines"] if each is not line)


def test_what_is_not_understood_is_told_all_at_once_in_both_languages(served: str) -> None:
    address = f"{served}/api/whatif?SPT-02.cutof=2&budget=a"
    for language, words in (
        ("zh", ["SPT-02.cutof：计划里没有", "budget：“a”不是数字"]),
        ("en", ["has no such rule", "not a number"]),
    ):
        answer = httpx.get(f"{address}&lang={language}", timeout=60)
        assert answer.status_code == 400
        assert [any(word in problem for problem in answer.json()["problems"]) for word in words] == [True, True]
    refused = httpx.get(f"{served}/api/whatif?LGT-01.share=3&lang=en", timeout=60)
    assert refused.json()["problems"] == [
        "LGT-01.share: this rule does not take 3. Give a number that makes sense, such as 500."
    ]


def test_a_project_left_out_makes_room_for_the_next(served: str, plan: Plan) -> None:
    before = httpx.get(f"{served}/api/whatif?lang=zh", timeout=60).json()
    first = before["projects"][0]
    after = httpx.get(f"{served}/api/whatif?lang=zh&without={first['id']}", timeout=60).json()
    inside = [project["id"] for project in after["projects"] if project["inside"]]
    assert first["id"] not in inside
    assert {"id": first["id"], "inside": False}.items() <= after["projects"][-1].items()
    settings = applied(Scenario(without=frozenset({first["id"]})), plan).settings
    ranked = geo.assess(Plan(**{**vars(plan), "settings": settings}), layers.read_layers(plan)).ranked
    assert inside == [row.project.id for row in ranked if row.in_budget][: len(inside)]


def test_another_weight_gives_what_a_run_with_that_weight_gives(served: str, plan: Plan) -> None:
    found = httpx.get(f"{served}/api/whatif?lang=zh&LGT-01.weight=5&budget=300000", timeout=60).json()
    ranked = geo.assess(
        applied(Scenario((("LGT-01", "weight", 5.0),), 300_000.0), plan), layers.read_layers(plan)
    ).ranked
    inside = [row.project.id for row in ranked if row.in_budget]
    assert [project["id"] for project in found["projects"]] == inside[: len(found["projects"])]


def test_another_host_name_is_refused_and_the_proxys_is_not(served: str) -> None:
    assert httpx.get(served, headers={"Host": "evil.example"}).status_code == 400
    assert httpx.get(served, headers={"Host": "plan.gov.cn"}).status_code == 200


def test_no_address_changes_anything_and_no_file_but_the_results_is_given_out(served: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert httpx.request(method, f"{served}/api/whatif").status_code == 405
    assert httpx.get(f"{served}/files/projects.csv").status_code == 200
    for name in ("plan.yaml", "..%2Fplan.yaml", "../plan.yaml", "%2e%2e/out/run.json", "tasks.sqlite"):
        assert httpx.get(f"{served}/files/{name}").status_code == 404


def test_every_answer_forbids_sniffing_framing_and_referrers(served: str) -> None:
    for path in ("/", "/map", "/ogc", "/nothing"):
        headers = httpx.get(served + path, timeout=60).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["referrer-policy"] == "no-referrer"


def test_rows_come_a_page_at_a_time_and_by_box_in_degrees(served: str) -> None:
    root = f"{served}/ogc/collections/gaps/items"
    first = httpx.get(f"{root}?limit=100").json()
    address, ids = f"{root}?limit=100", []
    while address:
        page = httpx.get(address).json()
        ids += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len(ids) == len(set(ids)) == first["numberMatched"]
    west, south = first["features"][0]["geometry"]["coordinates"]
    box = f"{west - 0.001},{south - 0.001},{west + 0.001},{south + 0.001}"
    near = httpx.get(f"{root}?bbox={box}").json()
    assert 0 < near["numberMatched"] < first["numberMatched"]
    assert first["features"][0]["id"] in [feature["id"] for feature in near["features"]]
    assert httpx.get(f"{root}?bbox=1,2,3").status_code == 400
    assert httpx.get(f"{root}/{ids[0]}").json()["properties"] == first["features"][0]["properties"]
    assert httpx.get(f"{served}/ogc/collections/nothing/items").status_code == 404


def wish(*ids: str, op: str = "op-0000001", who: str = "张三") -> dict[str, object]:
    return {"ids": ids, "list": "2026 年民生微实事", "who": who, "op": op}


def test_a_project_is_taken_onto_the_ledger_once_whoever_clicks_twice(served: str) -> None:
    first, second = (
        row["properties"]["project_id"]
        for row in httpx.get(f"{served}/ogc/collections/projects/items?limit=2").json()["features"]
    )
    own = {"Origin": served}
    taken = httpx.post(f"{served}/api/adopt", json=wish(first), headers=own, timeout=60)
    assert taken.status_code == 200
    assert taken.json()["tasks"][0].startswith("#1  ")
    assert httpx.post(f"{served}/api/adopt", json=wish(first), headers=own, timeout=60).json() == taken.json()
    again = httpx.post(f"{served}/api/adopt?lang=en", json=wish(first, op="op-0000002"), headers=own, timeout=60)
    assert again.status_code == 400
    assert first in again.json()["problems"][0]
    other = httpx.post(f"{served}/api/adopt", json=wish(second, op="op-0000003", who="李四"), headers=own, timeout=60)
    assert other.json()["tasks"][0].startswith("#2  ")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "OWN", "Content-Type": "text/plain"}],
)
def test_no_other_site_can_have_anything_written(served: str, headers: dict[str, str]) -> None:
    sent = {name: value.replace("OWN", served) for name, value in headers.items()}
    content = json.dumps(wish("P-AAAAAAAA", op="op-0000009"))
    answer = httpx.post(f"{served}/api/adopt", content=content, headers={"Content-Type": "application/json", **sent})
    assert answer.status_code == 403


def test_every_field_that_is_wrong_is_named(served: str) -> None:
    bad = {"ids": [], "list": " ", "op": "x", "more": 1}
    answer = httpx.post(f"{served}/api/adopt?lang=en", json=bad, headers={"Origin": served})
    assert answer.status_code == 400
    assert sorted(problem.partition(":")[0] for problem in answer.json()["problems"]) == ["ids", "list", "more", "op"]
    nobody = httpx.post(f"{served}/api/adopt?lang=en", json=wish("P-AAAAAAAA", who=" "), headers={"Origin": served})
    assert nobody.json()["problems"][0].startswith("who: nobody says who is asking.")


def test_without_leave_to_write_there_is_no_counter(tmp_path: Path) -> None:
    def paths(counter: Counter | None) -> set[str]:
        routes = application(Service(tmp_path, None, ("localhost",), "en", counter)).routes
        return {route.path for route in routes if "POST" in (getattr(route, "methods", None) or ())}

    assert paths(None) == set()
    assert paths(Counter("tasks.sqlite", "")) == {"/api/adopt"}


def test_behind_a_proxy_it_is_the_proxy_that_says_who_asks(tmp_path: Path) -> None:
    counter = Counter(str(tmp_path / "tasks.sqlite"), "X-Remote-User")
    asked = Wish.model_validate(wish("P-AAAAAAAA", who="冒名"))
    as_sent = "王五".encode().decode("latin-1")
    assert name_of(Headers({"X-Remote-User": as_sent}), counter, asked) == "王五"
    with pytest.raises(InputError):
        name_of(Headers({}), counter, asked)


@needs_qgis
def test_qgis_opens_the_service(served: str, tmp_path: Path) -> None:
    layer = opened("OAPIF", f"url='{served}/ogc' typename='projects'", tmp_path)["layer"]
    assert layer["valid"]
    assert layer["rows"] == httpx.get(f"{served}/ogc/collections/projects/items?limit=1").json()["numberMatched"]
    assert {"rank", "why"} <= set(layer["fields"])
    assert layer["first"][0] == "1"


@needs_chromium
def test_a_planner_changes_a_number_and_sees_map_and_figures_change(served: str, browser: Any) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{served}/?lang=en")
    page.locator("tbody tr").first.wait_for(timeout=60_000)
    page.locator('[name="SPT-02.cutoff_min"]').fill("30")
    page.get_by_role("button", name="Work out").click()
    page.wait_for_url("**SPT-02.cutoff_min=30**", timeout=60_000)
    line = page.locator("tbody tr", has_text="Fitness facilities near home")
    now, then = (int(line.locator("td").nth(at).inner_text().replace(",", "")) for at in (1, 2))
    assert then < now
    inside = page.frame_locator("iframe").locator("body")
    assert re.search(r"Fitness facilities near home", inside.inner_text(timeout=60_000))
    page.close()
    assert said == []


def test_the_plans_own_number_is_no_change(plan: Plan) -> None:
    assert scenario([("SPT-02.cutoff_min", "15"), ("budget", "500,000")], plan) == Scenario()
    assert applied(Scenario(), plan) == plan


def test_a_scenario_is_the_same_whatever_the_order_of_its_words(plan: Plan) -> None:
    words = [("SPT-02.cutoff_min", "20"), ("WST-01.weight", "2"), ("budget", "1e6")]
    assert scenario(words, plan) == scenario(words[::-1], plan)
    assert scenario(words, plan).budget == 1e6


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "", "五百", "１２"])
def test_what_is_no_number_is_refused(plan: Plan, value: str) -> None:
    with pytest.raises(InputError):
        scenario([("budget", value)], plan)


def test_every_number_of_every_rule_can_be_changed_and_has_words(plan: Plan) -> None:
    from layers.text import known

    for rule in plan.rules:
        for option in options_of(rule):
            assert known(f"serve.option_{option}"), option
