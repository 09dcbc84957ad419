"""Suites that run apart are all run, each in one part, and judged together or not at all."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import read
from tests.measuring import DATA, judge_coverage, list_data
from tests.suites import PARTS, Suite, list_suites


def test_every_suite_is_in_a_part_that_a_stage_of_the_pipeline_runs() -> None:
    run = {"terraform", *re.findall(r"--part (\w+)", read("Makefile"))}
    stages = set(re.findall(r"sh 'make test-(\w+)'", read("Jenkinsfile")))
    assert {suite.part for suite in list_suites()} <= run & stages


def test_a_part_names_only_suites_that_are_there() -> None:
    there = {suite.name for suite in list_suites()}
    assert {name for names in PARTS.values() for name in names} <= there


def test_the_reports_of_a_part_begin_with_its_name_and_are_one_a_suite() -> None:
    suites = list_suites()
    assert all(suite.report.removesuffix(".xml").split("-")[0] == suite.part for suite in suites)
    assert len({suite.report for suite in suites}) == len(suites)
    assert Suite("unit", 0).report == "unit.xml"
    assert Suite("browser", 0).report == "integration-browser.xml"


def test_coverage_is_not_judged_while_a_suite_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert not judge_coverage([Suite("nowhere", 0)])
    assert "no coverage of nowhere" in capsys.readouterr().out
    assert not judge_coverage([])


def test_a_suites_data_are_its_own_and_those_of_programs_that_it_started() -> None:
    DATA.mkdir(parents=True, exist_ok=True)
    made = [DATA / name for name in (".coverage.honey", ".coverage.honey.host.1", ".coverage.honeycomb")]
    try:
        for file in made:
            file.touch()
        assert sorted(list_data(Suite("honey", 0))) == made[:2]
    finally:
        for file in made:
            file.unlink()
