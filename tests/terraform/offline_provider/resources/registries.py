"""ECR: repositories and their policies."""

from __future__ import annotations

from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]


def _read_repository(context: Context, state: State) -> Any:
    found = context.client("ecr").describe_repositories(repositoryNames=[state["name"]])["repositories"]
    return found[0] if found else None


def _before(_: Context, operation: str, sent: dict[str, Any], state: State) -> None:
    if operation == "delete_repository":
        sent["force"] = bool(state.get("force_delete"))


SPECS = {
    "aws_ecr_repository": Spec(
        "ecr",
        "create_repository",
        _read_repository,
        "delete_repository",
        ("put_image_tag_mutability", "put_image_scanning_configuration"),
        names={
            "name": "repositoryName",
            "arn": "repositoryArn",
            "repository_url": "repositoryUri",
            "kms_key": "kmsKey",
        },
        id="{name}",
        kept="encryption_configuration",
        replace="name encryption_configuration",
        quiet="force_delete",
        defaults={"image_tag_mutability": "MUTABLE"},
        tags=lambda context, state: context.client("ecr").list_tags_for_resource(resourceArn=state["arn"])["tags"],
        before=_before,
    ),
    "aws_ecr_lifecycle_policy": Spec(
        "ecr",
        "put_lifecycle_policy",
        "get_lifecycle_policy",
        "delete_lifecycle_policy",
        ("put_lifecycle_policy",),
        names={"repository": "repositoryName", "policy": "lifecyclePolicyText"},
        id="{repository}",
        replace="repository",
    ),
    "aws_ecr_repository_policy": Spec(
        "ecr",
        "set_repository_policy",
        "get_repository_policy",
        "delete_repository_policy",
        ("set_repository_policy",),
        names={"repository": "repositoryName", "policy": "policyText"},
        id="{repository}",
        replace="repository",
    ),
}
