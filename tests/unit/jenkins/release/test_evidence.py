"""What proves a release is counted, and what lacks is told, all of it at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jenkins.release.evidence import find_lacking, read_coverage, read_sonar, read_tests
from jenkins.release.record import Counts, Coverage

SUITE = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure/></testcase><testcase name="c"><error/></testcase>
<testcase name="d"><skipped/></testcase></testsuite></testsuites>"""
GOOD = {"unit": Counts(10, 0, 1)}
COVERED = Coverage(100, 95, 20, 19)
GATE = {"analysis_id": "AY", "gate": "OK"}


def write(path: Path, content: str) -> None:
    """A file, in folders that are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_suites_are_named_by_folder_and_file(tmp_path: Path) -> None:
    for name in ("junit/unit.xml", "junit-contract/contract.xml", "junit-postman/newman.xml", "junit-embedded/a.xml"):
        write(tmp_path / name, SUITE)

    found = read_tests(tmp_path)

    assert set(found) == {"unit", "contract", "postman/newman", "embedded/a"}
    assert set(found.values()) == {Counts(4, 2, 1)}


def test_coverage_is_lines_and_branches(tmp_path: Path) -> None:
    assert read_coverage(tmp_path) is None
    write(
        tmp_path / "coverage.xml",
        '<coverage lines-valid="100" lines-covered="95" branches-valid="20" branches-covered="19"/>',
    )
    assert read_coverage(tmp_path) == COVERED


def test_the_analysis_is_kept_as_it_was_exported(tmp_path: Path) -> None:
    assert read_sonar(tmp_path) is None
    write(tmp_path / "release" / "sonar.json", json.dumps(GATE | {"url": "https://sonar.example", "conditions": [1]}))
    assert read_sonar(tmp_path) == GATE | {"url": "https://sonar.example"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("junit/unit.xml", "<testsuite>"),
        ("coverage.xml", "<coverage/>"),
        ("coverage.xml", ""),
        ("release/sonar.json", "{}"),
        ("release/sonar.json", '{"analysis_id": "AY", "gate": null}'),
        ("release/sonar.json", "no JSON"),
    ],
)
def test_a_report_that_cannot_be_read_proves_nothing(tmp_path: Path, name: str, content: str) -> None:
    write(tmp_path / name, content)

    with pytest.raises(ValueError, match=r".+"):
        (read_tests(tmp_path), read_coverage(tmp_path), read_sonar(tmp_path))


def test_nothing_lacks_where_all_is_there() -> None:
    assert find_lacking(GOOD, COVERED, GATE, needs_gate=True) == []
    assert find_lacking(GOOD, COVERED, None, needs_gate=False) == []


def test_everything_that_lacks_is_told() -> None:
    assert find_lacking({}, None, None, needs_gate=True) == [
        "there is no report of a test (build/junit*/*.xml)",
        "there is no coverage (build/coverage.xml)",
        "there is no analysis (build/release/sonar.json), and main and tags need one",
    ]


def test_failed_empty_and_left_out_suites_and_a_red_gate_are_told() -> None:
    tests = {"unit": Counts(10, 2, 0), "gateway": Counts(0, 0, 0)}

    assert find_lacking(tests, COVERED, GATE | {"gate": "ERROR"}, needs_gate=False) == [
        "2 of 10 tests of unit failed",
        "the report of gateway has no test in it",
        "the quality gate says ERROR of analysis AY",
    ]
    assert find_lacking({"unit": Counts(3, 0, 3)}, COVERED, GATE, needs_gate=True) == ["every test was left out"]
