"""Terraform, run on a copy of its code: a command in a root, and what it says."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jenkins.release.errors import ReleaseError

__all__ = ["Done", "Terraform", "TerraformError", "copy_code"]

SAID = 6_000


class TerraformError(ReleaseError):
    """What Terraform said when it failed."""


class Done(NamedTuple):
    """What a command printed, and its exit code where several are fine."""

    text: str
    code: int


class Terraform:
    """code: a folder like terraform/, which it writes to; environment: all variables to run it with."""

    def __init__(self, code: Path, environment: Mapping[str, str]) -> None:
        self.code = code
        self._environment = dict(environment)

    def run(self, root: str, command: str, *options: str, allowed: tuple[int, ...] = (0,), show: bool = False) -> Done:
        """A command in a root, such as environments/dev. Raises TerraformError.

        show: somebody waits for it and sees what it prints, which then isn't given.
        """
        folder = self.code / root
        if not folder.is_dir():
            raise TerraformError(f"there is no {root} in {self.code.name}/")
        try:
            done = subprocess.run(
                ["terraform", command, "-no-color", *options],
                cwd=folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=None if show else subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                umask=0o077,  # a state has secrets in it
                check=False,
            )
        except FileNotFoundError:
            raise TerraformError(
                "there is no Terraform; install 1.11 or newer, so that `terraform version` answers"
            ) from None
        if done.returncode not in allowed:
            raise TerraformError(f"terraform {command}:\n{(done.stderr or done.stdout or '')[-SAID:].strip()}")
        return Done(done.stdout or "", done.returncode)

    def read_outputs(self, root: str) -> dict[str, Any]:
        """The outputs of a root, as its state has them. Raises TerraformError."""
        told = json.loads(self.run(root, "output", "-json").text)
        return {name: output["value"] for name, output in told.items()}


def copy_code(code: Path, destination: Path) -> Path:
    """Copies a terraform/ and the JSON files beside it that its modules read; gives the copy of terraform/."""
    left_out = shutil.ignore_patterns(".terraform", "*.tfplan")
    shutil.copytree(code, destination / "terraform", ignore=left_out)
    services = destination / "services"
    services.mkdir()
    for file in sorted((code.parent / "services").glob("*.json")):
        shutil.copy2(file, services)
    return destination / "terraform"
