"""Terraform, run on a copy of its code, with the emulator for AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.local.catalog import SERVICES
from services.local.cloud.emulator import ACCOUNT, REGION, SECRET

__all__ = ["Terraform", "TerraformError"]

PROVIDERS = "tests.terraform.offline_provider.prepare"
SAID = 6_000


class TerraformError(Exception):
    """What Terraform said when it failed."""


class Terraform:
    """One copy of terraform/ below a folder, with the states of its roots. They are worth as much as the emulator.

    providers: a sentence on which of them are used: the registry's, or this repository's own where it can't be reached.
    """

    def __init__(self, folder: Path, endpoint: str) -> None:
        """Copies the code. Raises TerraformError where there is no Terraform, or no providers for it."""
        command = [sys.executable, "-m", PROVIDERS, str(folder.resolve())]
        prepared = json.loads(_run(command, SERVICES.parent, os.environ))
        self.providers = str(prepared["reason"])
        self._code = Path(prepared["code"])
        self._environment = {
            **{name: value for name, value in prepared["environment"].items() if not name.startswith("AWS_")},
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def apply(self, root: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Applies a root, such as environments/local, and gives its outputs. Raises TerraformError."""
        file = self._code / root / "cloud.auto.tfvars.json"
        # There are passwords among them.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(variables, out)
        self.run(root, "init", "-input=false")
        self.run(root, "apply", "-input=false", "-auto-approve")
        outputs = json.loads(self.run(root, "output", "-json"))
        return {name: output["value"] for name, output in outputs.items()}

    def run(self, root: str, command: str, *options: str) -> str:
        """What a command in a root prints. Raises TerraformError."""
        return _run(["terraform", command, "-no-color", *options], self._code / root, self._environment)


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            umask=0o077,  # a state has secrets in it
            check=False,
        )
    except FileNotFoundError as error:
        if error.filename != command[0]:
            raise
        raise TerraformError(
            "there is no Terraform; install 1.11 or newer, so that `terraform version` answers"
        ) from None
    if done.returncode:
        raise TerraformError(f"{' '.join(command[:2])}:\n{(done.stderr or done.stdout)[-SAID:]}")
    return done.stdout
