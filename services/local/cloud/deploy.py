"""From an empty emulator to a platform: the registry, the images in it, the environment, the forms' files."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.local.cloud.plan import Plan
from services.local.cloud.registry import Registry
from services.local.cloud.terraform import Terraform
from services.local.progress import step

__all__ = ["deploy"]


def deploy(plan: Plan, terraform: Terraform, s3: Any, assets: Path) -> None:
    """Does in the emulator what a release does in AWS, in its order. s3: a boto3 client; assets: a folder.

    Raises TerraformError, OSError, botocore's ClientError.
    """
    with step("Registry"):
        registry = terraform.apply("bootstrap/registry", plan.registry_variables())
    with step("Push"):
        uris = _push(plan, registry["repository_urls"])
    with step("Terraform"):
        environment = terraform.apply("environments/local", plan.environment_variables(uris))
    with step("Assets"):
        _put_assets(s3, environment["assets_bucket"], assets)


def _push(plan: Plan, repositories: Mapping[str, str]) -> dict[str, str]:
    """Pushes every service's image; service -> image URI by digest."""
    registry, uris = Registry(plan.endpoint), dict[str, str]()
    for service, image in plan.images.items():
        # A tag that can't be moved names one push, not one commit: a working tree has many between two commits.
        tag = f"{plan.revision[:12]}-{datetime.now(UTC):%Y%m%d%H%M%S}"
        digest = registry.push(repositories[service].partition("/")[2], Path(image.layout), tag)
        uris[service] = f"{repositories[service]}@{digest}"
    return uris


def _put_assets(s3: Any, bucket: str, assets: Path) -> None:
    """Uploads them under the names they have in the folder."""
    for file in sorted(assets.iterdir()):
        s3.put_object(
            Bucket=bucket,
            Key=file.name,
            Body=file.read_bytes(),
            ContentType=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
            CacheControl="public, max-age=31536000, immutable",
        )
