"""What a local cloud is made of: what Terraform gets as variables, and the names that it gives to things."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.local.catalog import read_catalog
from services.local.cloud.emulator import ACCOUNT, REGION

__all__ = ["NAME", "STAGE", "Image", "Plan", "function_name"]

STAGE = "local"
NAME = f"skep-{STAGE}"
"""Begins every name in the emulator; terraform/environments/local says so."""


def function_name(service: str) -> str:
    """The Lambda function of a service."""
    return f"{NAME}-{service.replace('_', '-')}"


@dataclass(frozen=True)
class Image:
    """A service's built image. layout: the folder of its OCI layout; image_id: what Docker runs."""

    digest: str
    image_id: str
    layout: str


@dataclass(frozen=True)
class Plan:
    """One local cloud. lambda_url: where the emulator sends the events of all functions; port: the database's."""

    api_id: str
    endpoint: str
    lambda_url: str
    database_port: int
    passwords: Mapping[str, str] = field(repr=False)
    images: Mapping[str, Image]
    revision: str

    @property
    def public_endpoint(self) -> str:
        """The emulator as a browser on this machine sees it."""
        return self.endpoint.replace("127.0.0.1", "localhost")

    @property
    def url(self) -> str:
        """The API's stage. Names that end in .localhost are this machine, to curl and to browsers."""
        port = self.endpoint.rpartition(":")[2]
        return f"http://{self.api_id}.execute-api.localhost:{port}/{STAGE}"

    def database_url(self, role: str) -> str:
        """libpq URL for a role. Without TLS, which the images demand by default: it stays on loopback."""
        password = self.passwords[role]
        return f"postgresql://{role}:{password}@127.0.0.1:{self.database_port}/skep?sslmode=disable"

    def registry_variables(self) -> dict[str, Any]:
        """The variables of terraform/bootstrap/registry."""
        return {"account_id": ACCOUNT, "region": REGION, "reader_account_ids": [ACCOUNT]}

    def environment_variables(self, release_file: Path) -> dict[str, Any]:
        """The variables of terraform/environments/local. release_file: JSON, service -> the image that was pushed."""
        return {
            "api_id": self.api_id,
            "architecture": {"aarch64": "arm64"}.get(platform.machine(), platform.machine()),
            "endpoint": self.endpoint,
            "extra_environment": {name: self._laid_over(entry["database"]) for name, entry in read_catalog().items()},
            "release": {"name": f"local-{self.revision[:12]}", "revision": self.revision},
            "release_file": str(release_file.resolve()),
        }

    def _laid_over(self, role: str | None) -> dict[str, str]:
        """What a function with this role in Postgres is told otherwise than in AWS.

        The last one is the emulator's, and names who runs the function.
        """
        runner = {"MINISTACK_LAMBDA_PROXY_URL": self.lambda_url}
        if role is None:
            return runner
        url = "SKEP_DATABASE_OWNER_URL" if role == "skep_owner" else "SKEP_DATABASE_URL"
        return {
            url: self.database_url(role),
            "SKEP_DATABASE_IAM_REGION": "",  # passwords: this Postgres knows no tokens
            "SKEP_FILES_ENDPOINT": self.public_endpoint,
        } | runner
