"""The verdict is waited for, read and told; no verdict is not a passed gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jenkins.sonar.__main__ import main
from jenkins.sonar.api import Sonar
from jenkins.sonar.gate import NotJudged, read_task_file, read_verdict, tell, wait_for_analysis
from jenkins.sonar.gate_file import read_gate, show_value
from tests.unit.jenkins.sonar.stub import Stub

RED: dict[str, Any] = {
    "status": "ERROR",
    "ignoredConditions": False,
    "caycStatus": "over-compliant",
    "conditions": [
        {"status": "OK", "metricKey": "test_errors", "comparator": "GT", "errorThreshold": "0"},
        {
            "status": "OK",
            "metricKey": "software_quality_security_rating",
            "comparator": "GT",
            "errorThreshold": "1",
            "actualValue": "1.0",
        },
        {
            "status": "ERROR",
            "metricKey": "coverage",
            "comparator": "LT",
            "errorThreshold": "85",
            "actualValue": "61.50562381034781",
        },
    ],
}


@pytest.fixture
def sonar(stub: Stub) -> Sonar:
    """The server as the pipeline asks it: by a token. Analysis A1 is red, A2 passed."""
    stub.tokens.append({"login": "skep-pipeline", "name": "skep", "token": "sqp_1"})
    stub.verdicts = {"A1": RED, "A2": {"status": "OK", "conditions": RED["conditions"][:2]}}
    return Sonar(stub.url, token="sqp_1")


def test_an_analysis_is_waited_for_while_its_task_is_pending_and_while_the_server_is_away(
    stub: Stub, sonar: Sonar
) -> None:
    stub.tasks = [{"status": "PENDING"}, {"status": "IN_PROGRESS"}, {"status": "SUCCESS", "analysisId": "A1"}]
    stub.away = 1
    waits: list[float] = []
    assert wait_for_analysis(sonar, "T1", 60, sleep=waits.append) == "A1"
    assert len(waits) == 3


@pytest.mark.parametrize("status", ["FAILED", "CANCELED"])
def test_a_task_that_broke_is_no_verdict(stub: Stub, sonar: Sonar, status: str) -> None:
    stub.tasks = [{"status": status, "errorMessage": "out of memory"}]
    with pytest.raises(NotJudged, match="out of memory"):
        wait_for_analysis(sonar, "T1", 60)


def test_waiting_has_an_end_and_says_what_was_last_seen(stub: Stub, sonar: Sonar) -> None:
    stub.tasks = [{"status": "IN_PROGRESS"}]
    with pytest.raises(NotJudged, match="No verdict in 0 s: the task is IN_PROGRESS"):
        wait_for_analysis(sonar, "T1", 0)


def test_failed_conditions_come_first_with_what_is_and_what_was_wanted(sonar: Sonar) -> None:
    assert list(tell(read_verdict(sonar, "A1"))) == [
        "FAILED  coverage: 61.5, wanted at least 85",
        "passed  test_errors: nothing, wanted at most 0",
        "passed  software_quality_security_rating: A, wanted at most A",
        "Quality gate: ERROR (analysis A1)",
    ]


def test_a_project_without_a_gate_does_not_pass(stub: Stub, sonar: Sonar) -> None:
    stub.verdicts["A3"] = {"status": "NONE", "conditions": []}
    verdict = read_verdict(sonar, "A3")
    assert not verdict.passed
    assert "The gate has no condition." in list(tell(verdict))


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        ("coverage", "97.14999", "97.1"),
        ("coverage", "80", "80"),
        ("software_quality_security_rating", "5.0", "E"),
        ("tests", "", "nothing"),
    ],
)
def test_values_are_shown_as_people_read_them(metric: str, value: str, shown: str) -> None:
    assert show_value(metric, value) == shown


def test_every_condition_of_the_gate_gives_its_reason_and_stands_once() -> None:
    metrics = [condition.metric for condition in read_gate().conditions]
    assert len(metrics) == len(set(metrics)) > 4
    text = Path("jenkins/sonar/gate.toml").read_text(encoding="utf-8")
    assert text.count("\nwhy = ") == text.count("[[condition]]") == len(metrics)


def test_without_an_analysis_there_is_no_task(tmp_path: Path) -> None:
    with pytest.raises(NotJudged, match="has an analysis been run"):
        read_task_file(tmp_path / "report-task.txt")


@pytest.fixture
def environment(stub: Stub, sonar: Sonar, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Jenkins gives a step."""
    assert sonar
    monkeypatch.setenv("SONAR_HOST_URL", stub.url)
    monkeypatch.delenv("SONAR_TOKEN", raising=False)
    monkeypatch.setenv("SONAR_AUTH_TOKEN", "sqp_1")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(("analysis", "code"), [("A1", 1), ("A2", 0), ("A9", 2)])
def test_the_command_says_by_its_exit_code_whether_it_passed_is_red_or_was_not_judged(analysis: str, code: int) -> None:
    assert main(["gate", "--analysis", analysis]) == code


@pytest.mark.usefixtures("environment")
def test_the_command_finds_the_task_that_the_scanner_left(
    stub: Stub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".scannerwork").mkdir()
    (tmp_path / ".scannerwork" / "report-task.txt").write_text("projectKey=skep\nceTaskId=T7\n")
    stub.tasks = [{"status": "SUCCESS", "analysisId": "A2"}]
    assert main(["gate", "--base", str(tmp_path)]) == 0
    assert ("GET", "ce/task", {"id": "T7"}) in stub.asked
    assert "Quality gate: OK" in capsys.readouterr().out


def test_the_command_says_which_variables_it_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("SONAR_HOST_URL", "SONAR_TOKEN", "SONAR_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert main(["gate", "--analysis", "A1"]) == 2
    assert "Set SONAR_HOST_URL and SONAR_TOKEN" in capsys.readouterr().err
