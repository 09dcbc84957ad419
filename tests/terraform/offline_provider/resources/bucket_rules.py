"""S3: versioning, encryption, lifecycle, CORS, public access, ownership. Each is put whole and read whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.shapes import input_shape, to_aws
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["RULES"]

Adjust = Callable[[dict[str, Any]], Any]


def _rules(
    setting: str,
    member: str,
    *,
    names: Mapping[str, str],
    deletion: str = "",
    answer: str = "",
    adjust: Adjust = lambda sent: sent,
) -> Spec:
    """A Spec for one setting. answer: the member of GetX's answer, where it isn't the whole."""

    def put(context: Context, state: State) -> Any:
        client = context.client("s3")
        shape = input_shape(client, f"put_bucket_{setting}").members[member]
        sent = adjust(to_aws(shape, state, names))
        getattr(client, f"put_bucket_{setting}")(Bucket=state["bucket"], **{member: sent})
        return {}

    def read(context: Context, state: State) -> Any:
        found = getattr(context.client("s3"), f"get_bucket_{setting}")(Bucket=state["bucket"])
        found.pop("ResponseMetadata", None)
        return found.get(answer) if answer else found

    def remove(context: Context, state: State) -> None:
        getattr(context.client("s3"), deletion)(Bucket=state["bucket"])

    return Spec(
        "s3",
        put,
        read,
        remove if deletion else None,
        (put,),
        names=names,
        id="{bucket}",
        replace="bucket expected_bucket_owner",
    )


def _suspend(context: Context, state: State) -> None:
    context.client("s3").put_bucket_versioning(Bucket=state["bucket"], VersioningConfiguration={"Status": "Suspended"})


def _put_versioning(context: Context, state: State) -> Any:
    status = state["versioning_configuration"][0]["status"]
    context.client("s3").put_bucket_versioning(Bucket=state["bucket"], VersioningConfiguration={"Status": status})
    return {}


def _read_versioning(context: Context, state: State) -> Any:
    status = context.client("s3").get_bucket_versioning(Bucket=state["bucket"]).get("Status", "Disabled")
    return {"versioning_configuration": [{"status": status}]}


def _put_public_block(context: Context, state: State) -> Any:
    names = {
        "block_public_acls": "BlockPublicAcls",
        "ignore_public_acls": "IgnorePublicAcls",
        "block_public_policy": "BlockPublicPolicy",
        "restrict_public_buckets": "RestrictPublicBuckets",
    }
    context.client("s3").put_public_access_block(
        Bucket=state["bucket"],
        PublicAccessBlockConfiguration={theirs: bool(state.get(ours)) for ours, theirs in names.items()},
    )
    return {}


def _read_public_block(context: Context, state: State) -> Any:
    return context.client("s3").get_public_access_block(Bucket=state["bucket"])["PublicAccessBlockConfiguration"]


def _put_logging(context: Context, state: State) -> Any:
    where = {"TargetBucket": state["target_bucket"], "TargetPrefix": state["target_prefix"]}
    context.client("s3").put_bucket_logging(Bucket=state["bucket"], BucketLoggingStatus={"LoggingEnabled": where})
    return {}


def _read_logging(context: Context, state: State) -> Any:
    return context.client("s3").get_bucket_logging(Bucket=state["bucket"]).get("LoggingEnabled")


def _stop_logging(context: Context, state: State) -> None:
    context.client("s3").put_bucket_logging(Bucket=state["bucket"], BucketLoggingStatus={})


def _put_lock(context: Context, state: State) -> Any:
    """What the bucket keeps against deletion; that it may was said when it was made."""
    client = context.client("s3")
    shape = input_shape(client, "put_object_lock_configuration").members["ObjectLockConfiguration"]
    sent = to_aws(shape, state, {}) | {"ObjectLockEnabled": "Enabled"}
    client.put_object_lock_configuration(Bucket=state["bucket"], ObjectLockConfiguration=sent)
    return {}


def _read_lock(context: Context, state: State) -> Any:
    return context.client("s3").get_object_lock_configuration(Bucket=state["bucket"])["ObjectLockConfiguration"]


def _lift_lock(context: Context, state: State) -> None:
    context.client("s3").put_object_lock_configuration(
        Bucket=state["bucket"], ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
    )


def _lifecycle(sent: dict[str, Any]) -> dict[str, Any]:
    """A rule without a filter is for everything; an empty one says so."""
    for rule in sent["Rules"]:
        rule.setdefault("Filter", {"Prefix": ""})
        if not rule["Filter"]:
            rule["Filter"] = {"Prefix": ""}
    return sent


RULES = {
    "aws_s3_bucket_versioning": Spec(
        "s3",
        _put_versioning,
        _read_versioning,
        _suspend,
        (_put_versioning,),
        id="{bucket}",
        replace="bucket expected_bucket_owner",
    ),
    "aws_s3_bucket_public_access_block": Spec(
        "s3",
        _put_public_block,
        _read_public_block,
        lambda context, state: context.client("s3").delete_public_access_block(Bucket=state["bucket"]),
        (_put_public_block,),
        id="{bucket}",
        replace="bucket",
        quiet="skip_destroy",
    ),
    "aws_s3_bucket_server_side_encryption_configuration": _rules(
        "encryption",
        "ServerSideEncryptionConfiguration",
        names={
            "rule": "Rules",
            "apply_server_side_encryption_by_default": "ApplyServerSideEncryptionByDefault",
            "sse_algorithm": "SSEAlgorithm",
            "kms_master_key_id": "KMSMasterKeyID",
        },
        answer="ServerSideEncryptionConfiguration",
        deletion="delete_bucket_encryption",
    ),
    "aws_s3_bucket_lifecycle_configuration": _rules(
        "lifecycle_configuration",
        "LifecycleConfiguration",
        names={
            "rule": "Rules",
            "id": "ID",
            "transition": "Transitions",
            "noncurrent_version_transition": "NoncurrentVersionTransitions",
        },
        deletion="delete_bucket_lifecycle",
        adjust=_lifecycle,
    ),
    "aws_s3_bucket_cors_configuration": _rules(
        "cors",
        "CORSConfiguration",
        names={"cors_rule": "CORSRules", "id": "ID"},
        deletion="delete_bucket_cors",
    ),
    "aws_s3_bucket_logging": Spec(
        "s3",
        _put_logging,
        _read_logging,
        _stop_logging,
        (_put_logging,),
        id="{bucket}",
        replace="bucket expected_bucket_owner",
    ),
    "aws_s3_bucket_object_lock_configuration": Spec(
        "s3",
        _put_lock,
        _read_lock,
        _lift_lock,
        (_put_lock,),
        id="{bucket}",
        replace="bucket expected_bucket_owner",
        defaults={"object_lock_enabled": "Enabled"},
    ),
    "aws_s3_bucket_ownership_controls": _rules(
        "ownership_controls",
        "OwnershipControls",
        names={"rule": "Rules"},
        answer="OwnershipControls",
        deletion="delete_bucket_ownership_controls",
    ),
}
