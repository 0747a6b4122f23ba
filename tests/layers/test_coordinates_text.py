"""Coordinates as they are written: minutes and seconds, and both in one cell; asked about, then read exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from layerfiles import csv_of, faults, read_one, refusal

from layers.dms import degrees_of, is_dms

ALL = {"max_rejected_share": 1.0, "max_rejected_people_share": 1.0}
CRS = {"crs": "EPSG:4326"}


@pytest.mark.parametrize(
    "text",
    [
        "116°23′12″E", "116°23'12\"", "E116°23′12″", "东经116度23分12秒", "116 23 12", "116-23-12", "116:23:12",
        "116º 23’ 12” e", "１１６°２３′１２″", "116°23'12''E", "116° 23.2′ E", "116°23.2'",
    ],
)  # fmt: skip
def test_every_way_of_writing_minutes_and_seconds_is_the_same_place(text):
    assert is_dms(text)
    assert degrees_of(text, "x") == pytest.approx(116 + 23 / 60 + 12 / 3600, abs=1e-12)


@pytest.mark.parametrize(
    "text", ["116.2312", "116", "-116.5", "1,162,312", "2024-03-01 ", "", "G1-23", "116°", "116.5°E"]
)
def test_plain_numbers_dates_and_codes_are_not_taken_for_minutes(text):
    assert degrees_of(text, "x") is None


@pytest.mark.parametrize("text", ["116°75′12″E", "116°23′60″", "116°23′12″N", "E116°23′12″E", "-116°23′12″W"])
def test_what_makes_no_sense_as_a_longitude_has_the_form_and_no_value(text):
    assert is_dms(text)
    assert degrees_of(text, "x") is None


@given(st.integers(0, 180), st.integers(0, 59), st.integers(0, 5999), st.sampled_from("EW"))
def test_degrees_are_the_exact_sum_rounded_once(d, m, hundredths, half):
    value = degrees_of(f"{d}°{m}′{hundredths / 100:.2f}″{half}", "x")
    exact = Fraction(d) + Fraction(m, 60) + Fraction(hundredths, 360000)
    assert abs(Fraction(abs(value)) - exact) < Fraction(1, 10**12)
    assert value <= 0 if half == "W" else value >= 0


def degrees(layer):
    return [(round(p.x, 9), round(p.y, 9)) for p in layer.frame.to_crs(4326).geometry]


def test_minutes_and_seconds_are_asked_about_and_what_they_would_become_is_shown(tmp_path):
    path = csv_of(tmp_path, "名称,经度,纬度", "甲,113°30′00″E,23°06′00″N", "乙,113.51,23.11")
    said = refusal(tmp_path, "facilities", path, **CRS)
    assert "1 cells of 经度 look like degrees, minutes and seconds, such as 113°30′00″E" in said
    assert "degrees: dms" in said
    assert "113.500000" in said
    assert "像是度分秒" in refusal(tmp_path, "facilities", path, "zh", **CRS)


def test_once_the_plan_says_so_they_are_read_beside_decimals_and_the_senseless_are_rejected(tmp_path):
    rows = ["甲,113°30′00″E,23°06′00″N", "乙,113.51,23.11", "丙,113°75′00″E,23°06′00″N", "丁,23°06′00″N,113°30′00″E"]
    layer = read_one(tmp_path, "facilities", csv_of(tmp_path, "名称,经度,纬度", *rows), ALL, degrees="dms", **CRS)
    assert degrees(layer) == [(113.5, 23.1), (113.51, 23.11)]
    assert {row for row, _, _ in faults(layer)} == {4, 5}
    assert "make no sense" in faults(layer)[0][2]


def test_a_column_of_pairs_is_asked_about_and_never_passed_over(tmp_path):
    path = csv_of(tmp_path, "名称,经纬度", '甲,"113.5,23.1"')
    said = refusal(tmp_path, "facilities", path, **CRS)
    assert "lonlat: 经纬度" in said
    assert "latlon: 经纬度" in said
    assert "经度在前请在该图层下写" in refusal(tmp_path, "devices", path, "zh", **CRS)


@pytest.mark.parametrize(
    ("key", "cells"),
    [("lonlat", ["113.5,23.1", "113.51， 23.11"]), ("latlon", ["23.1;113.5", "23°06′36″N，113°30′36″E"])],
)
def test_pairs_are_read_in_the_order_the_plan_gives(tmp_path, key, cells):
    rows = [f'{name},"{cell}"' for name, cell in zip("甲乙", cells, strict=True)]
    path = csv_of(tmp_path, "名称,坐标", *rows, '丙,"113.5"', "丁,")
    layer = read_one(tmp_path, "facilities", path, ALL, degrees="dms", **{key: "坐标"}, **CRS)
    assert degrees(layer) == [(113.5, 23.1), (113.51, 23.11)]
    assert sorted(row for row, _, _ in faults(layer)) == [4, 5]


def test_a_plan_that_names_a_column_of_pairs_that_is_not_there_is_told_the_nearest(tmp_path):
    path = csv_of(tmp_path, "名称,经纬度", '甲,"113.5,23.1"')
    assert "经纬度" in refusal(tmp_path, "facilities", path, lonlat="经伟度", **CRS)
