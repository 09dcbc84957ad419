"""S3: buckets, and the settings that are resources of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.resources.bucket_rules import RULES
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]


def _create(context: Context, state: State) -> Any:
    client, name = context.client("s3"), state["bucket"]
    sent: dict[str, Any] = {"Bucket": name}
    if context.region != "us-east-1":
        sent["CreateBucketConfiguration"] = {"LocationConstraint": context.region}
    if state.get("object_lock_enabled"):
        sent["ObjectLockEnabledForBucket"] = True
    client.create_bucket(**sent)
    _tag(context, state | {"id": name})
    return {"Id": name}


def _tag(context: Context, state: State) -> None:
    client, tags = context.client("s3"), state.get("tags_all") or {}
    if tags:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        client.put_bucket_tagging(Bucket=state["id"], Tagging={"TagSet": pairs})
    else:
        client.delete_bucket_tagging(Bucket=state["id"])


def _read(context: Context, state: State) -> Any:
    client, name = context.client("s3"), state["id"]
    client.head_bucket(Bucket=name)
    try:
        tags = client.get_bucket_tagging(Bucket=name)["TagSet"]
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        tags = []
    return {
        "bucket": name,
        "arn": f"arn:aws:s3:::{name}",
        "bucket_domain_name": f"{name}.s3.amazonaws.com",
        "bucket_regional_domain_name": f"{name}.s3.{context.region}.amazonaws.com",
        "bucket_region": context.region,
        "hosted_zone_id": "Z1BKCTXD74EZPE",
        "tags": tags,
    }


def _delete(context: Context, state: State) -> None:
    client, name = context.client("s3"), state["id"]
    if state.get("force_destroy"):
        for page in client.get_paginator("list_object_versions").paginate(Bucket=name):
            for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                client.delete_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
            for each in page.get("Contents", []):
                client.delete_object(Bucket=name, Key=each["Key"])
    client.delete_bucket(Bucket=name)


def _by_bucket(read: str) -> Callable[[Context, str, dict[str, Any], State], None]:
    """S3's reads demand the bucket alone, and so do its deletions."""

    def before(_: Context, operation: str, sent: dict[str, Any], state: State) -> None:
        if operation == read or operation.startswith("delete_"):
            sent["Bucket"] = state["bucket"]

    return before


SPECS = {
    **RULES,
    "aws_s3_bucket": Spec(
        "s3",
        _create,
        _read,
        _delete,
        (),
        id="{bucket}",
        replace="bucket bucket_prefix object_lock_enabled",
        quiet="force_destroy",
        defaults={"force_destroy": False},
        retag=_tag,
    ),
    "aws_s3_bucket_policy": Spec(
        "s3",
        "put_bucket_policy",
        "get_bucket_policy",
        "delete_bucket_policy",
        ("put_bucket_policy",),
        id="{bucket}",
        replace="bucket",
        before=_by_bucket("get_bucket_policy"),
    ),
}
