"""From an empty emulator to a platform: the registry, the images in it, the environment, the forms' files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jenkins.release.assets import put_assets
from jenkins.release.registry import Registry
from services.local.cloud.plan import Plan
from services.local.cloud.terraform import Terraform
from services.local.progress import step

__all__ = ["deploy"]


def deploy(plan: Plan, terraform: Terraform, s3: Any, assets: Path) -> None:
    """Does in the emulator what a release does in AWS, in its order. s3: a boto3 client; assets: a folder.

    Raises ReleaseError, of which TerraformError is one, OSError, botocore's ClientError.
    """
    with step("Registry"):
        registry = terraform.apply("bootstrap/registry", plan.registry_variables())
    with step("Push"):
        uris = _push(plan, registry["repository_urls"])
    with step("Terraform"):
        release = terraform.code / "release.json"
        release.write_text(json.dumps(uris), encoding="utf-8")
        environment = terraform.apply("environments/local", plan.environment_variables(release))
    with step("Assets"):
        put_assets(s3, environment["buckets"]["assets"]["name"], assets)


def _push(plan: Plan, repositories: Mapping[str, str]) -> dict[str, str]:
    """Pushes every service's image; service -> image URI by digest."""
    registry, uris = Registry(plan.endpoint), dict[str, str]()
    for service, image in plan.images.items():
        # A tag that can't be moved names one push, not one commit: a working tree has many between two commits.
        tag = f"{plan.revision[:12]}-{datetime.now(UTC):%Y%m%d%H%M%S}"
        digest = registry.push(repositories[service].partition("/")[2], Path(image.layout), tag)
        uris[service] = f"{repositories[service]}@{digest}"
    return uris
