"""The pipelines, carried out: every scenario ends as it should, by the steps that are written down."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.pipeline.conftest import Run
from tests.pipeline.known import Known
from tests.pipeline.places import STACKS
from tests.pipeline.properties import find_breaches
from tests.pipeline.scenarios import Scenario, list_scenarios
from tests.pipeline.stacks import find_stack, render

ALL = list(list_scenarios())
every_scenario = pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)


@every_scenario
def test_a_scenario_ends_as_it_should(scenario: Scenario, run: Run) -> None:
    done = run(scenario)
    assert done["refused"] is None, render(scenario, done)
    assert done["result"] == scenario.ends, render(scenario, done)


@every_scenario
def test_a_scenario_takes_the_steps_that_are_written_down(scenario: Scenario, run: Run) -> None:
    golden = find_stack(scenario)
    assert golden.exists(), "`python -m tests.pipeline --write` writes it"
    assert render(scenario, run(scenario)) == golden.read_text(encoding="utf-8"), (
        "other steps than written down: if they are meant, `python -m tests.pipeline --write` writes them down"
    )


@every_scenario
def test_nothing_leaves_the_build_before_the_gate_or_from_what_nobody_merged(scenario: Scenario, run: Run) -> None:
    assert find_breaches(scenario, run(scenario)["events"]) == []


def test_no_call_stack_is_left_of_a_scenario_that_is_gone() -> None:
    assert {path.stem for path in STACKS.glob("*.txt")} == {scenario.name for scenario in ALL}


def test_each_pipeline_has_a_scenario_that_succeeds_and_one_that_does_not(validated: dict[str, Any]) -> None:
    for pipeline in validated:
        ends = {scenario.ends == "SUCCESS" for scenario in ALL if scenario.pipeline == pipeline}
        assert ends == {True, False}, pipeline


def test_every_make_target_of_a_pipeline_is_called_by_some_scenario(
    validated: dict[str, dict[str, Any]], run: Run
) -> None:
    for pipeline, found in validated.items():
        written = {use["arguments"]["script"] for use in found["uses"] if use["name"] == "sh"}
        called = {
            event["arguments"]["script"]
            for scenario in ALL
            if scenario.pipeline == pipeline
            for event in run(scenario)["events"]
            if event.get("name") == "sh"
        }
        assert written == called, pipeline


def test_what_jenkins_is_asked_to_publish_is_published_however_a_stage_ended(run: Run) -> None:
    [failing] = [scenario for scenario in ALL if scenario.name == "main-test-fails"]
    published = [event["text"] for event in run(failing)["events"] if re.match(r"junit|recordIssues", event["text"])]
    assert any("integration" in text for text in published)
    assert any("unit" in text for text in published)
    assert any("pylint" in text for text in published)


def test_the_agents_of_every_scenario_are_there(run: Run, known: Known) -> None:
    asked = {event["label"] for scenario in ALL for event in run(scenario)["events"] if event["kind"] == "agent"}
    assert asked
    assert asked <= set(known.labels)
