"""What QA looks at has content: tests, coverage, duplication, pylint's issues, security hotspots, new code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from jenkins.sonar.__main__ import main
from tests.sonar.conftest import Analysed, Server

READ = {
    "pylint": r"Sensor Import of Pylint issues",
    "coverage": r"Parsing report .*build/coverage\.xml",
    "xunit": r"Processing report .*build/junit/\w+\.xml",
    "terraform": r"Sensor IaC Terraform Sensor",
    "docker": r"Sensor IaC Docker Sensor",
}


def measure(server: Server, project: str, *metrics: str) -> dict[str, float]:
    """The last values of measures, those about new code among them."""
    answer = server.admin.get("api/measures/component", component=project, metricKeys=",".join(metrics))
    return {
        one["metric"]: float(one["value"] if "value" in one else one["period"]["value"])
        for one in answer["component"]["measures"]
    }


def test_the_log_shows_that_every_report_was_read(skep: Analysed) -> None:
    missing = [name for name, pattern in READ.items() if not re.search(pattern, skep.log)]
    assert missing == []


def test_tests_coverage_and_duplication_of_this_repository_have_content(server: Server, skep: Analysed) -> None:
    found = measure(
        server, skep.project, "tests", "test_failures", "coverage", "branch_coverage", "duplicated_lines_density"
    )
    assert found["tests"] > 1000
    assert found["test_failures"] == 0
    assert found["coverage"] > 85
    assert found["branch_coverage"] > 85
    assert found["duplicated_lines_density"] < 3


def test_test_results_are_attached_to_their_files(server: Server, skep: Analysed) -> None:
    files = server.admin.list_all(
        "api/measures/component_tree", "components", component=skep.project, metricKeys="tests", qualifiers="UTS"
    )
    counted = sum(float(one["value"]) for file in files for one in file["measures"])
    assert counted == measure(server, skep.project, "tests")["tests"]


def test_python_terraform_and_docker_are_analysed(server: Server, skep: Analysed) -> None:
    answer = server.admin.get(
        "api/measures/component", component=skep.project, metricKeys="ncloc_language_distribution"
    )
    languages = dict(part.split("=") for part in answer["component"]["measures"][0]["value"].split(";"))
    assert {"py", "terraform", "docker"} <= languages.keys()


def test_planted_failures_show_among_the_tests(server: Server, planted: tuple[Analysed, Analysed]) -> None:
    found = measure(server, planted[1].project, "tests", "test_failures", "test_errors")
    assert found == {"tests": 4, "test_failures": 1, "test_errors": 1}


def test_pylints_messages_show_as_issues(server: Server, planted: tuple[Analysed, Analysed]) -> None:
    issues = server.admin.get("api/issues/search", components=planted[1].project, rules="external_pylint:R0124", ps=10)[
        "issues"
    ]
    assert [(issue["line"], issue["component"]) for issue in issues] == [(25, "skep-planted:services/shipping.py")]


def test_a_planted_hotspot_waits_for_review(server: Server, planted: tuple[Analysed, Analysed]) -> None:
    hotspots = server.admin.list_all("api/hotspots/search", "hotspots", project=planted[1].project)
    assert "TO_REVIEW" in {one["status"] for one in hotspots}


def test_a_copied_block_shows_in_both_places(server: Server, planted: tuple[Analysed, Analysed]) -> None:
    assert measure(server, planted[1].project, "duplicated_blocks") == {"duplicated_blocks": 2}


def test_new_code_is_what_came_since_the_version_before(server: Server, planted: tuple[Analysed, Analysed]) -> None:
    found = measure(server, planted[1].project, "new_lines", "new_violations", "new_coverage")
    assert found["new_lines"] > 50
    assert found["new_violations"] > 10
    assert found["new_coverage"] == 0


def test_what_is_exported_is_the_analysis_that_is_asked_for(
    server: Server, planted: tuple[Analysed, Analysed], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SONAR_HOST_URL", server.settings.url)
    monkeypatch.setenv("SONAR_TOKEN", server.settings.token)
    (tmp_path / "sonar-project.properties").write_text("sonar.projectKey=skep-planted\n")
    for analysed, gate, tests in zip(planted, ("OK", "ERROR"), ("2", "4"), strict=True):
        assert main(["export", "--analysis", analysed.verdict.analysis, "--base", str(tmp_path)]) == 0
        kept = json.loads((tmp_path / "build/release/sonar.json").read_text())
        assert (kept["gate"], kept["tests"]) == (gate, tests)
        assert kept["release"] == f"build-{'first' if gate == 'OK' else 'second'}"
