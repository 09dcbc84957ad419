"""KMS: keys and aliases."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]

WAIT_DAYS = 30


def _read_key(context: Context, state: State) -> Any:
    client = context.client("kms")
    found = client.describe_key(KeyId=state["id"])["KeyMetadata"]
    return None if found["KeyState"] == "PendingDeletion" else found | _policy(context, state["id"])


def _delete_key(context: Context, state: State) -> None:
    days = int(state.get("deletion_window_in_days") or WAIT_DAYS)
    context.client("kms").schedule_key_deletion(KeyId=state["id"], PendingWindowInDays=days)


def _finish_key(context: Context, state: State, changed: Set[str]) -> None:
    client = context.client("kms")
    if "enable_key_rotation" in changed or "rotation_period_in_days" in changed:
        if state.get("enable_key_rotation"):
            days = state.get("rotation_period_in_days")
            client.enable_key_rotation(KeyId=state["id"], **({"RotationPeriodInDays": int(days)} if days else {}))
        elif state.get("key_usage") in (None, "ENCRYPT_DECRYPT"):
            client.disable_key_rotation(KeyId=state["id"])


def _complete_key(context: Context, state: State, answer: Any) -> None:
    client = context.client("kms")
    if answer.get("KeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT":
        state["enable_key_rotation"] = client.get_key_rotation_status(KeyId=state["id"])["KeyRotationEnabled"]
    state["is_enabled"] = answer["Enabled"]


def _read_policy(context: Context, state: State) -> Any:
    return _policy(context, state["key_id"])


def _policy(context: Context, key: str) -> dict[str, Any]:
    found = context.client("kms").get_key_policy(KeyId=key, PolicyName="default")
    return {"Policy": found["Policy"]}


def _read_alias(context: Context, state: State) -> Any:
    pages = context.client("kms").get_paginator("list_aliases").paginate()
    return next((each for page in pages for each in page["Aliases"] if each["AliasName"] == state["name"]), None)


def _complete_alias(context: Context, state: State, answer: Any) -> None:
    key = answer["TargetKeyId"]
    state["target_key_arn"] = key if key.startswith("arn:") else context.arn("kms", f"key/{key}")
    if not str(state["target_key_id"]).endswith(key.rpartition("/")[2]):
        state["target_key_id"] = key


SPECS = {
    "aws_kms_key": Spec(
        "kms",
        "create_key",
        _read_key,
        _delete_key,
        ("update_key_description", "put_key_policy"),
        names={"customer_master_key_spec": "KeySpec"},
        inputs={"id": "KeyId"},
        id="{key_id}",
        replace="customer_master_key_spec key_usage multi_region",
        defaults={
            "is_enabled": True,
            "enable_key_rotation": False,
            "key_usage": "ENCRYPT_DECRYPT",
            "customer_master_key_spec": "SYMMETRIC_DEFAULT",
            "multi_region": False,
            "bypass_policy_lockout_safety_check": False,
        },
        quiet="deletion_window_in_days bypass_policy_lockout_safety_check",
        tags=lambda context, state: context.client("kms").list_resource_tags(KeyId=state["id"])["Tags"],
        after=_finish_key,
        complete=_complete_key,
    ),
    "aws_kms_alias": Spec(
        "kms",
        "create_alias",
        _read_alias,
        "delete_alias",
        ("update_alias",),
        names={"name": "AliasName", "arn": "AliasArn"},
        id="{name}",
        replace="name name_prefix",
        complete=_complete_alias,
    ),
    "aws_kms_key_policy": Spec(
        "kms",
        "put_key_policy",
        _read_policy,
        None,
        ("put_key_policy",),
        id="{key_id}",
        replace="key_id",
        defaults={"bypass_policy_lockout_safety_check": False},
        quiet="bypass_policy_lockout_safety_check",
    ),
}
