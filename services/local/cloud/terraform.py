"""Terraform for a local cloud: a copy of its code, with the emulator for AWS and without a backend."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jenkins.release.terraform import Terraform as Runner
from jenkins.release.terraform import TerraformError
from services.local.catalog import SERVICES
from services.local.cloud.emulator import ACCOUNT, REGION, SECRET

__all__ = ["Terraform", "TerraformError"]

PROVIDERS = "tests.terraform.offline_provider.prepare"


class Terraform(Runner):
    """One copy of terraform/ below a folder, with the states of its roots. They are worth as much as the emulator.

    providers: a sentence on which of them are used: the registry's, or this repository's own where it can't be reached.
    """

    def __init__(self, folder: Path, endpoint: str) -> None:
        """Copies the code. Raises TerraformError where there is no Terraform, or no providers for it."""
        prepared = _prepare(folder.resolve())
        self.providers = str(prepared["reason"])
        environment = {
            **{name: value for name, value in prepared["environment"].items() if not name.startswith("AWS_")},
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        super().__init__(Path(prepared["code"]), environment)

    def apply(self, root: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Applies a root, such as environments/local, and gives its outputs. Raises TerraformError."""
        file = self.code / root / "cloud.auto.tfvars.json"
        # There are passwords among them.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(variables, out)
        self.run(root, "init", "-input=false")
        self.run(root, "apply", "-input=false", "-auto-approve")
        return self.read_outputs(root)


def _prepare(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", PROVIDERS, str(folder)]
    done = subprocess.run(
        command, cwd=SERVICES.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TerraformError(f"{' '.join(command[1:3])}:\n{done.stderr or done.stdout}")
    prepared: dict[str, Any] = json.loads(done.stdout)
    return prepared
