"""The built images as functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from services.local.lambda_runtime.sandboxes import ContainerFunction
from tests.support.leftovers import LABEL, name_ours

ROOT = Path(__file__).parents[3]
TESTS = {ROOT / "tests": "/var/task/tests"}
"""Our handlers that do what they are told, as an image sees them: it has no tests of its own."""


class Lambdas(NamedTuple):
    """What starts a service's function. client: the docker client; tags: service -> image."""

    client: str
    tags: Mapping[str, str]

    def find(
        self,
        service: str,
        environment: Mapping[str, str] | None = None,
        *,
        command: tuple[str, ...] = (),
        mounts: Mapping[Path, str] | None = None,
    ) -> ContainerFunction:
        """The function of a service's image. command: another handler; mounts: folder -> where it is seen."""
        return ContainerFunction(
            self.tags[service],
            environment or {},
            client=self.client,
            command=command,
            labels={LABEL: name_ours()},
            mounts=mounts or {},
        )
