"""What pipelines, jobs, configuration and Makefile say of each other is true."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pipeline import casc_keys, crosschecks
from tests.pipeline.crosschecks import Uses
from tests.pipeline.known import Known
from tests.pipeline.tree import Tree


@pytest.fixture(scope="module")
def uses(validated: dict[str, dict[str, Any]]) -> Uses:
    """Each pipeline's known calls."""
    return {name: found["uses"] for name, found in validated.items()}


def test_every_step_option_and_symbol_has_a_pinned_plugin(tree: Tree, uses: Uses) -> None:
    assert crosschecks.check_plugins(tree, uses) == []


def test_credentials_are_there_and_used(tree: Tree, known: Known, uses: Uses) -> None:
    assert crosschecks.check_credentials(tree, known, uses) == []


def test_locks_are_there_and_used(known: Known, uses: Uses) -> None:
    assert crosschecks.check_locks(known, uses) == []


def test_labels_have_agents_and_agents_are_asked_for(known: Known, uses: Uses) -> None:
    assert crosschecks.check_labels(known, uses) == []


def test_installations_of_sonarqube_are_there_and_used(known: Known, uses: Uses) -> None:
    assert crosschecks.check_installations(known, uses) == []


def test_every_variable_that_a_pipeline_reads_is_set(tree: Tree, known: Known) -> None:
    assert crosschecks.check_variables(tree, known) == []


def test_every_target_that_a_pipeline_calls_is_there(tree: Tree, uses: Uses) -> None:
    assert crosschecks.check_targets(tree, uses) == []


def test_every_published_report_is_made_and_every_made_report_published(tree: Tree, uses: Uses) -> None:
    assert crosschecks.check_reports(tree, uses) == []


def test_every_job_runs_a_pipeline_and_every_pipeline_has_a_job(tree: Tree, known: Known, uses: Uses) -> None:
    assert crosschecks.check_jobs(tree, known, uses) == []


def test_no_credential_of_aws_is_within_reach_of_what_nobody_merged(known: Known) -> None:
    changes = [name for name in known.jobs if not name.startswith("skep")] or ["skep-changes"]
    for job in changes:
        assert [name for name in known.credentials_for(f"{job}/PR-7") if name.startswith("aws-")] == []
    assert "aws-publish" in known.credentials_for("skep/build/main")


def test_the_configuration_says_only_what_jenkins_knows_and_no_secret(tree: Tree) -> None:
    assert casc_keys.check_keys(tree) == []


def test_every_variable_of_the_configuration_is_told_of(tree: Tree) -> None:
    assert casc_keys.check_variables(tree) == []


def test_groovy_in_the_configuration_keeps_its_own_interpolation(tree: Tree) -> None:
    assert casc_keys.check_interpolation(tree) == []
    bad = Tree({"jenkins/casc/jobs.yaml": 'jobs:\n  - script: "folder(\\"${name}\\"); folder(\\"^${name}\\")"\n'})
    assert casc_keys.check_interpolation(bad) == ["jenkins/casc/jobs.yaml: ${name} is Groovy's, and lacks its ^"]
