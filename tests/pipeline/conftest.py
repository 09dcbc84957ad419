"""Groovy with the harness, and what it is asked about: once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from tests.pipeline.groovy import LACKING, Groovy, is_lacking
from tests.pipeline.known import Known, read_known
from tests.pipeline.linting import Linting
from tests.pipeline.scenarios import Scenario
from tests.pipeline.tree import Tree, list_groovy
from tests.support.node import Lacking


class Run(Protocol):
    """Carries out a scenario once, however many tests ask for it."""

    def __call__(self, scenario: Scenario) -> dict[str, Any]:
        """events, result and refused."""


@pytest.fixture(scope="session")
def groovy() -> Iterator[Groovy]:
    """A running harness."""
    if is_lacking():
        pytest.skip(LACKING)
    with Groovy() as running:
        yield running


@pytest.fixture(scope="session")
def tree() -> Tree:
    """The repository as it is."""
    return Tree()


@pytest.fixture(scope="session")
def known(tree: Tree, groovy: Groovy) -> Known:
    """What Jenkins's configuration and jobs provide."""
    return read_known(tree, groovy)


@pytest.fixture(scope="session")
def validated(tree: Tree, groovy: Groovy) -> dict[str, dict[str, Any]]:
    """Each pipeline, read by the harness: problems and uses."""
    return {name: groovy.validate(name, tree.read(name)) for name in tree.pipelines()}


@pytest.fixture(scope="session")
def run(tree: Tree, known: Known, groovy: Groovy) -> Run:
    """Carries out scenarios on the repository as it is."""
    done: dict[str, dict[str, Any]] = {}

    def run_scenario(scenario: Scenario) -> dict[str, Any]:
        if scenario.name not in done:
            text = tree.read(scenario.pipeline)
            done[scenario.name] = groovy.execute(text, scenario.complete(tree, known))
        return done[scenario.name]

    return run_scenario


@pytest.fixture(scope="session", autouse=True)
def begun(request: pytest.FixtureRequest, tree: Tree) -> Iterator[Linting | Lacking | None]:
    """The linter, begun before the first test if its own test is among those that run."""
    if not any("linting" in getattr(item, "fixturenames", ()) for item in request.session.items):
        yield None
        return
    try:
        linting = Linting(list_groovy(tree))
    except Lacking as lacking:
        yield lacking
        return
    yield linting
    linting.stop()


@pytest.fixture
def linting(begun: Linting | Lacking | None) -> Linting:
    """The linter, at work."""
    if not isinstance(begun, Linting):
        pytest.skip(str(begun))
    return begun
