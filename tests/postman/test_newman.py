"""A run whose reports say less, or more, than was done is no good run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.postman.calls import ADMIN
from tests.postman.newman import Run, _arguments, find_faults

KEY = "skp_somebody_knows"


def told(**changes: int) -> dict[str, Any]:
    """What newman says of two requests with three assertions, one of which failed."""
    executions = [
        {"item": {"name": "First"}, "assertions": [{"assertion": "a"}, {"assertion": "b", "error": {}}]},
        {"item": {"name": "Second"}, "assertions": [{"assertion": "c"}]},
    ]
    counts = {"items": 2, "assertions": 3, "testScripts": 4, "prerequestScripts": 2} | changes
    stats = {name: {"total": count, "failed": 0} for name, count in counts.items()}
    stats["assertions"]["failed"] = 1
    return {"executions": executions, "stats": stats}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run with reports that say what newman says."""
    names = ("First", "Second")
    collection = {"item": [{"name": "all", "item": [{"name": name} for name in names]}]}
    (tmp_path / "collection.json").write_text(json.dumps(collection))
    (tmp_path / "report.html").write_text("<html></html>")
    (tmp_path / "newman.xml").write_text(
        '<testsuites><testsuite name="First" tests="2"><testcase/><testcase><failure/></testcase></testsuite>'
        '<testsuite name="Second" tests="1"><testcase/></testsuite></testsuites>'
    )
    return Run(
        KEY,
        {},
        collection=tmp_path / "collection.json",
        junit=tmp_path / "newman.xml",
        report=tmp_path / "report.html",
    )


def test_reports_that_say_what_newman_says_are_good(run: Run) -> None:
    assert find_faults(run, told()) == []


def test_a_report_that_has_fewer_assertions_is_found(run: Run) -> None:
    assert find_faults(run, told(assertions=4)) == ["newman.xml has 3 assertions, newman says 4"]


def test_a_report_that_lost_a_failure_is_found(run: Run) -> None:
    run.junit.write_text(run.junit.read_text().replace("<failure/>", ""))

    assert find_faults(run, told()) == ["newman.xml has 0 failed, newman says 1"]


def test_a_request_that_tried_nothing_is_found(run: Run) -> None:
    said = told()
    said["executions"][1]["assertions"] = []

    assert "Second has tried nothing" in find_faults(run, said)


def test_a_request_that_was_left_out_is_found(run: Run) -> None:
    said = told()
    del said["executions"][1]

    assert "Second was left out" in find_faults(run, said)


def test_a_run_of_no_folder_is_found(run: Run) -> None:
    said = told() | {"executions": []}

    assert "no request was made" in find_faults(run, said)


def test_a_report_that_is_not_there_is_found(run: Run) -> None:
    run.report.unlink()

    assert find_faults(run, told()) == ["a report was not written"]


def test_a_report_with_the_key_in_it_is_found(run: Run) -> None:
    run.report.write_text(f"<p>{KEY}</p>")

    assert find_faults(run, told()) == ["report.html holds the key"]


def test_the_key_goes_by_a_file_of_its_owners_and_no_report_is_told_of_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "collection.json").write_text(json.dumps({"variable": [], "item": []}))
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    arguments = _arguments(replace(run, environment="local", variables={"base_url": "http://here"}), scratch)

    assert KEY not in " ".join(arguments)
    files = {path.name: path for path in scratch.iterdir()}
    environment = json.loads(files["environment.json"].read_text())["values"]
    variables = {one["key"]: one["value"] for one in environment}
    assert (variables["base_url"], variables["writes"], ADMIN in variables) == ("http://here", "allowed", False)
    assert json.loads(files["collection.json"].read_text())["variable"] == [{"key": ADMIN, "value": KEY}]
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
