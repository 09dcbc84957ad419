"""The suites of tests, cheapest first, and what keeps one from running here."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parent

COSTS = ("unit", "architecture", "gateway", "integration")
"""Cheapest first. A folder that isn't here runs after them, in the order of the alphabet."""

PARTS = {
    "unit": ("unit", "architecture", "gateway"),
    "terraform": ("terraform",),
}
"""What a pipeline runs side by side -> its suites. Whatever isn't named here belongs to the part `integration`."""

WORKERS = {"emulator": 2, "integration": 2}
"""Suites that are worth a second process: each has a Postgres of its own."""

ELSEWHERE = {
    "images": "builds every service's image and runs it; `python -m tests tests/images`, after `make images`",
    "cloud": "brings up the whole platform from its images; `python -m tests tests/cloud`, with Docker",
    "terraform/test_refusals.py": "changes that must not get through; `python -m tests` with that path, as .ci/run",
    "contract": "thousands of requests made up from the OpenAPI document; `python -m tests.contract`, as .ci/run does",
    "bench": "measures, and judges nothing that CI could hold; `python -m tests.bench`, on an idle machine",
    "load": "plays salespeople with k6; `make load`, and its own tests by `python -m tests tests/load`, as .ci/run",
    "pipeline": "carries out Jenkins's pipelines; `make test-pipeline`",
    "sonar": "starts a SonarQube and has it analyse all this; `python -m tests tests/sonar`, after `make lint test`",
}
"""Suites, or files of one, that are no part of `make test` -> why, and what runs them."""


class Suite(NamedTuple):
    """A folder of tests. workers: processes that share it."""

    name: str
    workers: int

    @property
    def folder(self) -> str:
        """From the repository's root."""
        return f"tests/{self.name}"

    @property
    def part(self) -> str:
        """unit, integration or terraform."""
        return next((part for part, names in PARTS.items() if self.name in names), "integration")

    @property
    def report(self) -> str:
        """The name of its JUnit file. It begins with its part, so that a pipeline can show a part's files."""
        return f"{self.name}.xml" if self.name == self.part else f"{self.part}-{self.name}.xml"


def list_suites() -> list[Suite]:
    """The folders with tests that `make test` runs, cheapest first."""
    names = [folder.name for folder in TESTS.iterdir() if any(folder.rglob("test_*.py"))]
    order = [*COSTS, *sorted(set(names).difference(COSTS))]
    return [Suite(name, WORKERS.get(name, 0)) for name in order if name in names and name not in ELSEWHERE]


def list_left_out(*, asked: str) -> list[str]:
    """What is there but was no part of this run, a line each. asked: the kind of Postgres asked for, if any."""
    told = [f"{name}: {why}" for name, why in ELSEWHERE.items() if (TESTS / name).exists()]
    if asked:
        return [f"all suites but integration: this run was for Postgres, {asked}", *told]
    return ["integration on the other Postgres: `SKEP_TEST_POSTGRES=embedded make test`, or `container`", *told]
