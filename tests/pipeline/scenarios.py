"""Scenarios: what a build is started by, what goes wrong in it, and how it has to end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from tests.pipeline.known import Known
from tests.pipeline.places import SCENARIOS
from tests.pipeline.reports import find_makers
from tests.pipeline.tree import Tree

SAID_ALWAYS = [
    {"step": "make -s name", "says": "2026.11.23-42-0123456789ab\n"},
    {"step": "make -s summary", "says": "2026.11.23-42-0123456789ab: 4000 tests\n"},
]


@dataclass(frozen=True)
class Scenario:
    """tells: in a sentence, what it is about; ends: the result of the build; rest: what the harness is told."""

    name: str
    tells: str
    pipeline: str
    job: str
    ends: str
    rest: dict[str, Any]

    @property
    def is_change(self) -> bool:
        """Whether it builds what nobody has merged yet."""
        branch = self.rest["environment"].get("BRANCH_NAME", "main")
        return "TAG_NAME" not in self.rest["environment"] and branch != "main"

    def complete(self, tree: Tree, known: Known) -> dict[str, Any]:
        """All that the harness has to be told."""
        environment = {
            "BUILD_NUMBER": "42",
            "BUILD_URL": f"https://jenkins.example/job/{'/job/'.join(self.job.split('/'))}/42/",
            "GIT_COMMIT": "0123456789abcdef0123456789abcdef01234567",
            "JOB_NAME": self.job,
            **{name: f"<{name}>" for name in known.variables},
            **self.rest["environment"],
        }
        return {
            **self.rest,
            "environment": environment,
            "credentials": known.credentials_for(self.job),
            "locks": known.locks,
            "sonar": known.installations,
            "reports": find_makers(tree.read(self.pipeline)),
            "happens": [*self.rest.get("happens", []), *SAID_ALWAYS],
        }


def list_scenarios() -> Iterator[Scenario]:
    """Every file of scenarios/."""
    for path in sorted(SCENARIOS.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        told = {name: data.pop(name) for name in ("tells", "pipeline", "job", "ends")}
        yield Scenario(name=path.stem, **told, rest=data)
