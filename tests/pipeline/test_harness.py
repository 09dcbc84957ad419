"""The harness itself: what it refuses as Jenkins would, and what it makes of a run."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.pipeline.groovy import Groovy
from tests.pipeline.known import Known
from tests.pipeline.places import HERE
from tests.pipeline.reports import find_makers

SAMPLES: list[dict[str, Any]] = yaml.safe_load((HERE / "samples.yaml").read_text(encoding="utf-8"))
RUNS: list[dict[str, Any]] = yaml.safe_load((HERE / "runs.yaml").read_text(encoding="utf-8"))


def complete(sample: dict[str, Any]) -> str:
    """The whole file that a sample stands for."""
    if "file" in sample:
        return str(sample["file"])
    stage = sample.get("stage") or f"steps {{\n{sample.get('steps')}\n}}"
    inside = sample.get("pipeline") or f"agent any\nstages {{ stage('One') {{\n{stage}\n}} }}"
    return f"pipeline {{\n{inside}\n}}"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["tells"])
def test_the_validator_refuses_what_jenkins_would(sample: dict[str, Any], groovy: Groovy) -> None:
    problems = groovy.validate("Jenkinsfile", complete(sample))["problems"]
    if "says" in sample:
        assert any(sample["says"] in problem for problem in problems), problems
    else:
        assert problems == []


def test_every_complaint_tells_its_line(groovy: Groovy) -> None:
    text = "pipeline {\n    agent any\n    stages { stage('One') {\n        steps { shell 'x' }\n    } }\n}"
    assert groovy.validate("Jenkinsfile", text)["problems"] == ["line 4: there is no step `shell`"]


@pytest.mark.parametrize("sample", RUNS, ids=lambda sample: sample["tells"])
def test_a_run_goes_as_in_jenkins(sample: dict[str, Any], groovy: Groovy, known: Known) -> None:
    text = complete(sample)
    scenario: dict[str, Any] = {
        "environment": {"BRANCH_NAME": "main", "BUILD_NUMBER": "7", **sample.get("environment", {})},
        "causes": sample.get("causes", [{"_class": "hudson.model.Cause$UserIdCause", "userId": "olga"}]),
        "credentials": list(known.credentials),
        "locks": known.locks,
        "sonar": known.installations,
        "reports": find_makers(text),
        **{name: sample[name] for name in ("happens", "input", "previous", "overtaken") if name in sample},
    }
    done = groovy.execute(text, scenario)
    lines = [event["text"] for event in done["events"]]
    if "refused" in sample:
        assert sample["refused"] in (done["refused"] or ""), lines
        return
    assert (done["refused"], done["result"]) == (None, sample["ends"]), lines
    rest = iter(lines)
    assert all(any(told in line for line in rest) for told in sample.get("told", [])), lines
    assert not [line for line in lines for wrong in sample.get("not told", []) if line.startswith(wrong)], lines
