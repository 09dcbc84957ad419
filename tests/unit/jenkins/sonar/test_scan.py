"""The scanner gets what it has to know, and what it leaves out is no success. It is a script here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from jenkins.sonar.reports import Unusable
from jenkins.sonar.scan import Scan, ScanFailed, scan
from jenkins.sonar.settings import Settings, read_settings
from jenkins.sonar.version import UNRELEASED, find_revision, find_version
from tests.unit.jenkins.sonar.test_fetch import make_program

LEFT_OUT = (
    "ERROR: Cannot resolve the file path 'a.py' of the coverage report, the file does not exist in all 'source'.",
    "WARN: Cannot read coverage report 'build/coverage.xml', an exception occurred: 'Line 72 is out of range'",
    "WARN: No report was found for sonar.python.coverage.reportPaths using pattern build/coverage.xml",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with its reports, and what an older analysis left."""
    files = {
        "sonar-project.properties": "sonar.projectKey=skep\nsonar.sources=services\nsonar.tests=tests\n"
        "sonar.python.pylint.reportPaths=pylint.txt\nsonar.python.coverage.reportPaths=coverage.xml\n"
        "sonar.python.xunit.reportPath=unit.xml\n",
        "services/app.py": "a = 1\n",
        "tests/test_app.py": "",
        "pylint.txt": "Your code has been rated at 10.00/10",
        "coverage.xml": "<coverage><class filename='services/app.py'><line number='1' hits='1' branch='true'/>"
        "</class></coverage>",
        "unit.xml": "<testsuite><testcase name='test_it' file='tests/test_app.py' time='0.1'/></testsuite>",
        ".scannerwork/old/report-task.txt": "ceTaskId=old",
    }
    for name, text in files.items():
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(text)
    return tmp_path / "tree"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """With a scanner and a Java on the PATH that write down how they were called."""
    programs = tmp_path / "programs"
    programs.mkdir()
    make_program(programs, "java", "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2")
    make_program(
        programs,
        "sonar-scanner",
        f'echo "$SONAR_TOKEN" "$@" > {tmp_path}/called',
        f"cat {tmp_path}/says 2>/dev/null",
        "mkdir -p .scannerwork && echo ceTaskId=new > .scannerwork/report-task.txt",
        f"exit $(cat {tmp_path}/code 2>/dev/null || echo 0)",
    )
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return read_settings({"SONAR_HOST_URL": "http://sonar.example", "SONAR_TOKEN": "sqp_1"})


def test_version_revision_and_build_are_said_and_the_token_is_not_on_the_command_line(
    tree: Path, settings: Settings, tmp_path: Path
) -> None:
    task = scan(settings, Scan(tree, "after v1.2.0", "be6c75b8", "2026.11.20-7"))
    token, _, arguments = (tmp_path / "called").read_text().partition(" ")
    assert token == "sqp_1"
    assert "sqp_1" not in arguments
    for part in ("host.url=http://sonar.example", "projectVersion=after v1.2.0", "scm.revision=be6c75b8"):
        assert f"-Dsonar.{part}" in arguments
    assert "-Dsonar.buildString=2026.11.20-7" in arguments
    assert "qualitygate" not in arguments
    assert task.read_text() == "ceTaskId=new\n"


def test_the_scanner_waits_for_the_gate_when_asked(tree: Path, settings: Settings, tmp_path: Path) -> None:
    scan(settings, Scan(tree, "1", "", wait=True))
    arguments = (tmp_path / "called").read_text()
    assert "-Dsonar.qualitygate.wait=true -Dsonar.qualitygate.timeout=600" in arguments
    assert "scm.revision" not in arguments


def test_nothing_of_an_older_analysis_is_left_for_jenkins_to_find(tree: Path, settings: Settings) -> None:
    scan(settings, Scan(tree, "1", ""))
    assert [str(path.relative_to(tree)) for path in tree.rglob("report-task.txt")] == [".scannerwork/report-task.txt"]


def test_a_scanner_that_fails_fails_the_scan(tree: Path, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "code").write_text("3")
    with pytest.raises(ScanFailed, match="exit code is 3"):
        scan(settings, Scan(tree, "1", ""))


@pytest.mark.parametrize("line", LEFT_OUT)
def test_a_scanner_that_left_something_out_fails_the_scan(
    tree: Path, settings: Settings, tmp_path: Path, line: str
) -> None:
    (tmp_path / "says").write_text(f"INFO: Sensor\n{line}\n")
    with pytest.raises(Unusable, match="left something out"):
        scan(settings, Scan(tree, "1", ""))


def test_reports_that_would_be_dropped_keep_the_scanner_from_starting(
    tree: Path, settings: Settings, tmp_path: Path
) -> None:
    (tree / "coverage.xml").unlink()
    with pytest.raises(Unusable, match=r"coverage\.xml: there is no such file"):
        scan(settings, Scan(tree, "1", ""))
    assert not (tmp_path / "called").exists()


def test_the_version_stays_until_the_next_release_and_the_tag_has_that_of_its_branch(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    assert find_revision(tmp_path) == ""
    git("init", "--quiet")
    versions = []
    for tag in ("", "v1.0.0", "", "", "v1.1.0", ""):
        git("commit", "--quiet", "--allow-empty", "--message=work")
        if tag:
            git("tag", tag)
        versions.append(find_version(tmp_path))
    assert versions == [UNRELEASED, UNRELEASED, "after v1.0.0", "after v1.0.0", "after v1.0.0", "after v1.1.0"]
    assert len(find_revision(tmp_path)) == 40


def test_the_build_is_called_by_its_tag_or_its_number_and_commit() -> None:
    build = {"BUILD_NUMBER": "7", "GIT_COMMIT": "be6c75b85da526349c44e3978374c95e0b80a96d"}
    assert read_settings(build).release == "7-be6c75b85da5"
    assert read_settings(build | {"TAG_NAME": "v1.2.0"}).release == "v1.2.0"
    assert read_settings({}).release == ""
