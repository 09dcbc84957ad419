"""What is kept of an analysis is of that analysis, for people and for the release record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jenkins.sonar.__main__ import main
from jenkins.sonar.api import Sonar
from jenkins.sonar.export import read_quality, render, write_quality
from jenkins.sonar.gate import NotJudged
from tests.unit.jenkins.sonar.stub import Stub

WHEN = "2026-11-20T10:00:00+0000"


@pytest.fixture
def sonar(stub: Stub) -> Sonar:
    """A server that has one analysis, of which a measure has no value."""
    stub.tokens.append({"login": "skep-pipeline", "name": "skep", "token": "sqp_1"})
    stub.analyses = [
        {
            "key": "A1",
            "date": WHEN,
            "projectVersion": "after v1.2.0",
            "buildString": "2026.11.20-7-<b>",
            "revision": "be6c75b8",
            "events": [],
        }
    ]
    stub.history = [
        {"metric": "coverage", "history": [{"date": WHEN, "value": "93.2"}]},
        {"metric": "software_quality_security_rating", "history": [{"date": WHEN, "value": "1.0"}]},
        {"metric": "new_coverage", "history": [{"date": WHEN}]},
        {"metric": "tests", "history": []},
    ]
    stub.verdicts = {
        "A1": {
            "status": "OK",
            "conditions": [
                {
                    "status": "OK",
                    "metricKey": "coverage",
                    "comparator": "LT",
                    "errorThreshold": "85",
                    "actualValue": "93.2",
                }
            ],
        }
    }
    return Sonar(stub.url, token="sqp_1")


def test_the_measures_are_those_of_the_moment_of_the_analysis(stub: Stub, sonar: Sonar) -> None:
    quality = read_quality(sonar, "skep", "A1")
    assert quality.measures == {"coverage": "93.2", "software_quality_security_rating": "1.0"}
    asked = next(form for _, path, form in stub.asked if path == "measures/search_history")
    assert asked["from"] == asked["to"] == WHEN


def test_an_analysis_that_the_server_has_dropped_is_told(sonar: Sonar) -> None:
    with pytest.raises(NotJudged, match="has no analysis A0"):
        read_quality(sonar, "skep", "A0")


def test_the_release_record_gets_strings_alone(sonar: Sonar, tmp_path: Path) -> None:
    write_quality(read_quality(sonar, "skep", "A1"), tmp_path)
    kept = json.loads((tmp_path / "build/release/sonar.json").read_text())
    assert (kept["analysis_id"], kept["gate"], kept["coverage"]) == ("A1", "OK", "93.2")
    assert all(isinstance(value, str) for value in kept.values())
    whole = json.loads((tmp_path / "build/sonar/quality.json").read_text())
    assert whole["verdict"]["outcomes"][0]["passed"] is True


def test_the_page_shows_values_as_people_read_them_and_nothing_as_markup(sonar: Sonar) -> None:
    page = render(read_quality(sonar, "skep", "A1"))
    assert "<td>software_quality_security_rating<td>A" in page
    assert "<td>passed<td>coverage<td>93.2<td>LT 85" in page
    assert "2026.11.20-7-&lt;b&gt;" in page
    assert "<b>" not in page


def test_the_gate_exports_when_asked_red_or_not(
    stub: Stub, sonar: Sonar, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert sonar
    stub.verdicts["A1"]["status"] = "ERROR"
    monkeypatch.setenv("SONAR_HOST_URL", stub.url)
    monkeypatch.setenv("SONAR_TOKEN", "sqp_1")
    (tmp_path / "sonar-project.properties").write_text("sonar.projectKey=skep\n")
    assert main(["gate", "--analysis", "A1", "--export", "--base", str(tmp_path)]) == 1
    assert json.loads((tmp_path / "build/release/sonar.json").read_text())["gate"] == "ERROR"
