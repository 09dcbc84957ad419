"""S3 buckets for files and assets, ECR repositories with the images in them."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.local.cloud.plan import Plan
from services.local.cloud.registry import Registry

__all__ = ["assets_bucket", "create_buckets", "create_repositories", "files_bucket"]

FILES_KEPT_DAYS = 7


def files_bucket(plan: Plan) -> str:
    """The bucket of what people upload and what exports make."""
    return f"{plan.name}-files"


def assets_bucket(plan: Plan) -> str:
    """The bucket of stylesheets, scripts and pictures."""
    return f"{plan.name}-assets"


def create_buckets(plan: Plan, connect: Callable[[str], Any], assets: Path) -> None:
    """Makes both buckets, and uploads the assets under the names they have in the folder."""
    s3 = connect("s3")
    for bucket in (files_bucket(plan), assets_bucket(plan)):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    s3.put_bucket_lifecycle_configuration(
        Bucket=files_bucket(plan),
        LifecycleConfiguration={
            "Rules": [
                {"ID": "files", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": FILES_KEPT_DAYS}},
            ]
        },
    )
    for file in sorted(assets.iterdir()):
        s3.put_object(
            Bucket=assets_bucket(plan),
            Key=file.name,
            Body=file.read_bytes(),
            ContentType=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
            CacheControl="public, max-age=31536000, immutable",
        )


def create_repositories(plan: Plan, connect: Callable[[str], Any]) -> dict[str, str]:
    """Makes a repository for each service and pushes its image; service -> image URI by digest."""
    ecr = connect("ecr")
    rule = {
        "rulePriority": 1,
        "description": "what was never released goes, the newest fifty stay",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 50},
        "action": {"type": "expire"},
    }
    registry, uris = Registry(plan.endpoint), dict[str, str]()
    for service, image in plan.images.items():
        name = f"{plan.name}/{service.replace('_', '-')}"
        repository = ecr.create_repository(
            repositoryName=name,
            imageTagMutability="IMMUTABLE",
            imageScanningConfiguration={"scanOnPush": True},
        )["repository"]
        ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=json.dumps({"rules": [rule]}))
        # A tag that can't be moved names one push, not one commit: a working tree has many between two commits.
        tag = f"{plan.revision[:12]}-{datetime.now(UTC):%Y%m%d%H%M%S}"
        digest = registry.push(name, Path(image.layout), tag)
        uris[service] = f"{repository['repositoryUri']}@{digest}"
    return uris
