"""The quick steps of main, really run in a small clone: their exit codes decide how the build goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.groovy import Groovy
from tests.pipeline.known import Known
from tests.pipeline.properties import find_breaches
from tests.pipeline.really import DIGEST, REALLY, commit, complete, make_clone
from tests.pipeline.scenarios import Scenario, list_scenarios
from tests.pipeline.tree import Tree


@pytest.fixture(scope="module")
def main_scenario() -> Scenario:
    """A push to main."""
    [scenario] = [scenario for scenario in list_scenarios() if scenario.name == "main"]
    return scenario


def run_in(clone: Path, scenario: Scenario, tree: Tree, known: Known, groovy: Groovy) -> dict[str, Any]:
    """How main goes in a clone."""
    return groovy.execute(tree.read("Jenkinsfile"), complete(scenario.complete(tree, known), clone))


def list_ran(done: dict[str, Any]) -> dict[str, int]:
    """What was really run -> its exit code."""
    return {event["script"]: event["exit"] for event in done["events"] if event["kind"] == "ran"}


def test_main_goes_through_with_its_quick_steps_really_run(
    main_scenario: Scenario, tree: Tree, known: Known, groovy: Groovy, tmp_path: Path
) -> None:
    clone = make_clone(tmp_path)
    done = run_in(clone, main_scenario, tree, known, groovy)
    said = "\n".join(event["said"] for event in done["events"] if event["kind"] == "ran" and event["exit"])
    ran = list_ran(done)
    assert (done["refused"], done["result"]) == (None, "SUCCESS"), said
    assert [wanted for wanted in REALLY if not any(wanted in script for script in ran)] == []
    assert set(ran.values()) == {0}
    signed = json.loads((clone / "build" / "release" / "signatures.json").read_text(encoding="utf-8"))
    assert "sales" in json.dumps(signed)
    assert DIGEST in (clone / "build" / "release" / "images.json").read_text(encoding="utf-8")


def test_a_key_in_the_code_stops_main_before_anything_is_pushed(
    main_scenario: Scenario, tree: Tree, known: Known, groovy: Groovy, tmp_path: Path
) -> None:
    clone = make_clone(tmp_path)
    key = "AKIA" + "IOSFODNN7" + "EXAMPLF"  # in parts, or this very line would be found
    (clone / "jenkins" / "planted.py").write_text(f'KEY = "{key}"\n', encoding="utf-8")
    commit(clone)
    done = run_in(clone, main_scenario, tree, known, groovy)
    ran = list_ran(done)
    assert done["result"] == "FAILURE"
    assert ran["make secrets"] != 0
    assert not [script for script in ran if "sign" in script]
    assert not [event for event in done["events"] if "make push" in event["text"]]
    assert find_breaches(main_scenario, done["events"]) == []
