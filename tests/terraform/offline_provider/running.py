"""One process of each of our providers for many commands: Terraform starts its own for every step of every test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.terraform.offline_provider.mirror import HOST, VERSIONS, Providers
from tests.terraform.places import ROOT, TERRAFORM

__all__ = ["NotRunning", "keep_running"]


class NotRunning(Exception):
    """A provider ended before it could be asked anything."""


@contextmanager
def keep_running(providers: Providers, code: Path = TERRAFORM) -> Iterator[dict[str, str]]:
    """The environment for `validate` and for `test` with mocks, all by the same two processes. Raises NotRunning.

    code: the tree, perhaps a copy, whose types they have to know. `init` wants the environment of `providers` itself:
    told of running ones, Terraform compares no versions. For the registry's it is that environment anyway.
    """
    if providers.kind == "registry":
        yield providers.environment
        return
    with ExitStack() as stack:
        started = {name: stack.enter_context(_started(name, code)) for name in VERSIONS}
        told = {f"{HOST}/hashicorp/{name}": _introduced(name, process) for name, process in started.items()}
        yield providers.environment | {"TF_REATTACH_PROVIDERS": json.dumps(told)}


@contextmanager
def _started(name: str, code: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-P", "-m", __package__ or "", name, "shared"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=code) as process:
        try:
            yield process
        finally:
            process.terminate()


def _introduced(name: str, process: subprocess.Popen[str]) -> Any:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise NotRunning(f"the offline provider {name} ended with {process.wait()}: see above")
    return json.loads(line)
