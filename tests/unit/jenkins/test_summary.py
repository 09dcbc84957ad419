"""A build says in four lines what it came to, and what lacks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jenkins.release.settings import ROOT, Settings
from jenkins.summary import summarize

COMMIT = "0123456789abcdef0123456789abcdef01234567"
MAIN = {"BRANCH_NAME": "main", "BUILD_NUMBER": "42", "TAG_NAME": "v1.2", "GIT_COMMIT": COMMIT}
PULL_REQUEST = {"BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "GIT_COMMIT": COMMIT}
SUITE = '<testsuite><testcase name="one"/><testcase name="two"><{}/></testcase></testsuite>'


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """What a whole build leaves behind."""
    for name, content in {
        "junit/unit.xml": SUITE.format("skipped"),
        "junit-postman/newman.xml": SUITE.format("system-out"),
        "coverage.xml": '<coverage lines-valid="10" lines-covered="9" branches-valid="4" branches-covered="3"/>',
        "release/sonar.json": json.dumps({"analysis_id": "AY", "gate": "OK"}),
        "release/images.json": json.dumps({"sales": "…", "forms": "…"}),
        "release/record.json": "{}",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_a_release_names_what_can_be_promoted_and_what_proves_it(build: Path) -> None:
    assert list(summarize(Settings(MAIN, build))) == [
        "Release v1.2: 2 images by digest, to be promoted from here",
        "Tests: 4 in 2 suites, 1 left out",
        "Coverage: 75.0 % of branches, 90.0 % of lines",
        "Quality gate: OK",
    ]


def test_a_build_that_stopped_before_its_record_has_no_release(build: Path) -> None:
    (build / "release" / "record.json").unlink()
    assert next(summarize(Settings(MAIN, build))) == "No release: v1.2 did not get as far as its record"


def test_a_pull_request_makes_no_release(tmp_path: Path) -> None:
    assert list(summarize(Settings(PULL_REQUEST, tmp_path))) == [
        "PR-7: proves the code, makes no release",
        "Tests: no report",
        "Coverage: no report",
        "Quality gate: not asked",
    ]


def test_failed_tests_are_counted_by_suite(build: Path) -> None:
    (build / "junit" / "unit.xml").write_text(SUITE.format("failure"), encoding="utf-8")
    assert "Tests: 4 in 2 suites, 0 left out; FAILED: 1 of unit" in list(summarize(Settings(MAIN, build)))


@pytest.mark.parametrize(
    ("arguments", "tag", "code", "told"),
    [
        (["--name"], "v1.2", 0, r"v1\.2\n"),
        ([], "v1.2", 0, r"(?:.+\n){4}"),
        (["--name"], "no name", 1, r"'no name' can't name a release: .*\n"),
    ],
)
def test_the_commands_of_make_tell_it(arguments: list[str], tag: str, code: int, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jenkins.summary", *arguments],
        cwd=ROOT,
        env=os.environ | MAIN | {"TAG_NAME": tag},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert re.fullmatch(told, done.stdout + done.stderr)


def test_a_broken_report_takes_no_other_with_it(build: Path) -> None:
    (build / "coverage.xml").write_text("<cover", encoding="utf-8")
    told = list(summarize(Settings(MAIN, build)))
    assert told[2].startswith("Unreadable: ")
    assert told[3] == "Quality gate: OK"
