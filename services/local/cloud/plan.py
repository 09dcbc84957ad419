"""What a local cloud is made of: the values that Terraform gets as variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["STAGE", "Image", "Plan"]

STAGE = "dev"


@dataclass(frozen=True)
class Image:
    """A service's built image. layout: the folder of its OCI layout; image_id: what Docker runs."""

    digest: str
    image_id: str
    layout: str


@dataclass(frozen=True)
class Plan:
    """One local cloud. lambda_url: where the emulator sends the events of all functions; port: the database's."""

    name: str
    api_id: str
    endpoint: str
    lambda_url: str
    database_port: int
    passwords: Mapping[str, str] = field(repr=False)
    images: Mapping[str, Image]
    catalog: Mapping[str, Mapping[str, Any]]
    routes: list[dict[str, str]]
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

    def function_name(self, service: str) -> str:
        """The Lambda function of a service."""
        return f"{self.name}-{service.replace('_', '-')}"
