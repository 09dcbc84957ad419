"""What tests have in a Docker engine bears their name, so that a run removes what killed runs have left there."""

from __future__ import annotations

import os
import re
import socket
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from services.local.docker import DockerError, Engine
from services.local.postgres.process import is_gone

__all__ = ["COMPOSE", "LABEL", "name_ours", "sweep"]

LABEL = "org.skep.tests"
"""Of a container; the value is its owner's name."""

COMPOSE = "com.docker.compose.project"
"""Compose's own label; the value is the project."""

_KINDS = (
    (("ps", "--all"), LABEL, "{{.ID}}", ("rm", "--force", "--volumes")),
    (("ps", "--all"), COMPOSE, "{{.ID}}", ("rm", "--force", "--volumes")),
    (("volume", "ls"), COMPOSE, "{{.Name}}", ("volume", "rm")),
    (("network", "ls"), COMPOSE, "{{.ID}}", ("network", "rm")),
)
"""How to list, by which label, as what, and how to remove."""


def name_ours() -> str:
    """This process's own name: a label's value, a Compose project, or how the repository of an image begins."""
    return f"skep-test-{_name_machine()}-{os.getpid()}"


def sweep(engine: Engine) -> None:
    """Removes what is of processes of this machine that are gone."""
    for listing, label, name, removing in _KINDS:
        shown = f'{name} {{{{.Label "{label}"}}}}'
        for line in engine.run(*listing, "--filter", f"label={label}", "--format", shown).splitlines():
            found, _, owner = line.partition(" ")
            _remove_left(engine, owner, *removing, found)
    shown = "{{.Repository}}:{{.Tag}}"
    for image in engine.run("image", "ls", "--filter", "reference=skep-test-*/*", "--format", shown).split():
        _remove_left(engine, image, "image", "rm", image)


def _remove_left(engine: Engine, name: str, *command: str) -> None:
    owner = re.match(rf"skep-test-{_name_machine()}-(\d+)\b", name)
    if owner is not None and is_gone(int(owner[1])):
        with suppress(DockerError):  # another worker was faster
            engine.run(*command)


def _name_machine() -> str:
    """Where a process number means what it means here: others may use the same engine, from a container too."""
    space = socket.gethostname()
    with suppress(OSError):  # only Linux has it
        space += f" {Path('/proc/self/ns/pid').readlink()}"
    return sha256(space.encode()).hexdigest()[:8]
