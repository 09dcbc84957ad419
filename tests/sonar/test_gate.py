"""The gate on a real server: this repository passes it, a planted one is stopped by each of its conditions."""

from __future__ import annotations

from pathlib import Path

import pytest

from jenkins.sonar.__main__ import main
from jenkins.sonar.gate import tell
from jenkins.sonar.gate_file import read_gate
from jenkins.sonar.provision import provision
from tests.sonar.conftest import Analysed, Server
from tests.sonar.receiver import Receiver

CONDITIONS = [condition.metric for condition in read_gate().conditions]


def test_provisioning_a_second_time_writes_nothing(server: Server) -> None:
    again = provision(server.settings.url, server.settings.admin_password, server.wanted)
    assert again.changes == ()


def test_the_server_has_the_gate_that_is_checked_in(server: Server) -> None:
    shown = server.admin.get("api/qualitygates/show", name="Skep")["conditions"]
    wanted = {(one.metric, one.op, one.error) for one in server.wanted.gate.conditions}
    assert {(one["metric"], one["op"], one["error"]) for one in shown} == wanted
    assert server.admin.get("api/qualitygates/get_by_project", project="skep")["qualityGate"]["name"] == "Skep"


def test_this_repository_passes_the_gate(skep: Analysed) -> None:
    assert skep.verdict.passed, "\n".join(tell(skep.verdict))


def test_a_project_as_it_should_be_passes_every_condition(planted: tuple[Analysed, Analysed]) -> None:
    first, _ = planted
    assert first.scanned
    assert first.verdict.passed, "\n".join(tell(first.verdict))


def test_the_scanner_that_waits_for_a_red_gate_fails(planted: tuple[Analysed, Analysed]) -> None:
    _, second = planted
    assert not second.scanned
    assert "QUALITY GATE STATUS: FAILED" in second.log


@pytest.mark.parametrize("metric", CONDITIONS)
def test_each_condition_stops_what_is_planted_for_it(planted: tuple[Analysed, Analysed], metric: str) -> None:
    _, second = planted
    outcome = next(one for one in second.verdict.outcomes if one.metric == metric)
    assert not outcome.passed, outcome


def test_an_earlier_analysis_keeps_its_verdict_as_promotion_will_ask_for_it(
    server: Server, planted: tuple[Analysed, Analysed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONAR_HOST_URL", server.settings.url)
    monkeypatch.setenv("SONAR_TOKEN", server.settings.token)
    codes = [main(["gate", "--analysis", one.verdict.analysis]) for one in planted]
    assert codes == [0, 1]
    assert main(["gate", "--analysis", "no-such-analysis"]) == 2


def test_jenkins_is_told_by_a_signed_webhook(planted: tuple[Analysed, Analysed], receiver: Receiver) -> None:
    told = [receiver.wait_for(one.task) for one in planted]
    assert [body["qualityGate"]["status"] for body, _ in told] == ["OK", "ERROR"]
    assert all(genuine for _, genuine in told)


def test_the_scanner_left_its_task_where_jenkins_looks_for_it(skep: Analysed) -> None:
    assert skep.verdict.analysis
    found = [str(path) for path in Path(".scannerwork").rglob("report-task.txt")]
    assert found == [".scannerwork/report-task.txt"]
