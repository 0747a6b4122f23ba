"""Layers straight from a database, read from a real PostgreSQL server with PostGIS."""

from __future__ import annotations

import getpass
from collections.abc import Iterator

import pytest
from layerfiles import read_one, refusal
from pydantic import ValidationError

from layers.plan import LayerSpec
from layers.planreading import read_plan
from layers.problems import PlanError
from tests.postgres import needs_postgres, server

psycopg = pytest.importorskip("psycopg", reason="psycopg (extra postgres) is not installed")
pytestmark = needs_postgres

MADE = """
    CREATE EXTENSION postgis;
    CREATE SCHEMA zhen;
    CREATE TABLE zhen.lamps (编号 text PRIMARY KEY, 状态 text, 功率 numeric(6,1), 安装 date, geom geometry(Point, 4490));
    INSERT INTO zhen.lamps VALUES
        ('L03', '正常', 30.5, '2024-05-01', ST_SetSRID(ST_MakePoint(113.01, 23.01), 4490)),
        ('0012', NULL, NULL, NULL, ST_SetSRID(ST_MakePoint(113.02, 23.02), 4490)),
        ('L01', '损坏', 50, '2023-01-31', ST_SetSRID(ST_MakePoint(113.03, 23.03), 4490));
    CREATE VIEW working AS SELECT * FROM zhen.lamps WHERE 状态 = '正常';
    CREATE TABLE staff (村 text, 岗位 text, 人数 int);
    INSERT INTO staff VALUES ('东塘村', '保洁员', 3), ('南塘村', '保洁员', 2);
    CREATE TABLE two (id int PRIMARY KEY, a geometry(Point, 4490), b geometry(Point, 4490));
    CREATE TABLE "o'hara; drop table staff" (id int PRIMARY KEY, geom geometry(Point, 4490));
    INSERT INTO "o'hara; drop table staff" VALUES (1, ST_SetSRID(ST_MakePoint(113.01, 23.01), 4490));
    CREATE ROLE reader LOGIN;
    CREATE ROLE guarded LOGIN;
    GRANT SELECT ON staff TO reader;
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server() as address:
        with psycopg.connect(address) as connection:
            connection.execute(MADE)
        yield address


def test_a_table_is_read_with_its_place_system_and_types(tmp_path, url):
    layer = read_one(tmp_path, "devices", url, {"crs": "EPSG:4547"}, layer="zhen.lamps")
    assert list(layer.frame.index) == ["0012", "L01", "L03"]
    assert layer.frame["status"].tolist()[1:] == ["broken", "working"]
    assert layer.frame["功率"].tolist()[1:] == ["50.0", "30.5"]
    assert (layer.rows_in, layer.used, layer.source.format, layer.source.crs) == (3, 3, "postgis", "EPSG:4490")
    assert layer.source.table == "zhen.lamps"
    assert layer.frame.crs.to_epsg() == 4547


def test_a_view_and_a_table_without_places_are_read(tmp_path, url):
    assert read_one(tmp_path, "devices", url, layer="working").rows_in == 1
    assert read_one(tmp_path, "staff", url, layer="staff").rows_in == 2


def test_the_hash_is_that_of_the_rows_and_moves_with_them(tmp_path, url):
    before = read_one(tmp_path, "staff", url, layer="staff").source.sha256
    assert before == read_one(tmp_path, "staff", url, layer="staff").source.sha256
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE staff SET 人数 = 4 WHERE 村 = '南塘村'")
    assert before != read_one(tmp_path, "staff", url, layer="staff").source.sha256


def test_a_name_full_of_quotes_is_a_name_and_nothing_more(tmp_path, url):
    assert read_one(tmp_path, "points", url, layer="o'hara; drop table staff").rows_in == 1
    assert read_one(tmp_path, "staff", url, layer="staff").rows_in == 2
    assert "staff' OR '1'='1" in refusal(tmp_path, "staff", url, layer="staff' OR '1'='1")


def test_nothing_can_be_written(tmp_path, url):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE log (x int)")
        connection.execute("CREATE FUNCTION sly() RETURNS int LANGUAGE sql AS 'INSERT INTO log VALUES (1) RETURNING x'")
        connection.execute("CREATE VIEW trap AS SELECT '东塘村'::text AS 村, '保洁员'::text AS 岗位, sly() AS 人数")
    assert "read-only transaction" in refusal(tmp_path, "staff", url, layer="trap")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM log").fetchone() == (0,)


def test_which_table_is_asked_about_where_none_is_named(tmp_path, url):
    said = refusal(tmp_path, "devices", url)
    assert "zhen.lamps" in said
    assert "spatial_ref_sys" not in said
    assert "several geometry columns (a, b)" in refusal(tmp_path, "devices", url, layer="two")


def test_only_what_the_user_may_read_is_there(tmp_path, url):
    mine = url.replace("coverplan@", "reader@")
    assert read_one(tmp_path, "staff", mine, layer="staff").rows_in == 2
    assert "zhen.lamps" in refusal(tmp_path, "devices", mine, layer="zhen.lamps")


def test_a_server_that_is_not_there_is_told_with_where_the_password_belongs(tmp_path):
    said = refusal(tmp_path, "devices", "postgresql://clerk@127.0.0.1:1/town", layer="lamps")
    assert said.startswith("layer it (postgresql://clerk@127.0.0.1:1/town): the database cannot be reached: ")
    assert "PGPASSWORD" in said
    assert getpass.getuser() not in said.split("clerk")[0]


@pytest.mark.parametrize(
    "path", ["postgresql://clerk:hunter2@db/town", "postgres://db/town?user=clerk&password=hunter2"]
)
def test_a_password_in_the_plan_is_refused_and_never_repeated(tmp_path, path):
    with pytest.raises(ValidationError):
        LayerSpec(kind="devices", path=path)
    plan = f"plan: {{name: 镇}}\nlayers:\n  lamps: {{kind: devices, path: '{path}'}}\nrules: [{{id: STF-01}}]\n"
    (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_plan(tmp_path / "plan.yaml")
    for language in ("zh", "en"):
        assert "hunter2" not in caught.value.in_(language)
        assert "PGPASSWORD" in caught.value.in_(language)
