"""Secrets Manager: secrets, and versions whose value is only written."""

from __future__ import annotations

import base64
from collections.abc import Set
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import ProviderError, State

__all__ = ["SPECS"]

WAIT_DAYS = 30


def _before_secret(_: Context, operation: str, sent: dict[str, Any], state: State) -> None:
    if operation == "delete_secret":
        days = state.get("recovery_window_in_days")
        if days is not None and int(days) == 0:
            sent["ForceDeleteWithoutRecovery"] = True
        else:
            sent["RecoveryWindowInDays"] = int(days or WAIT_DAYS)


def _complete_secret(_: Context, state: State, answer: Any) -> None:
    state["id"] = state["arn"]
    if answer.get("DeletedDate"):
        raise ProviderError(f"{state['name']} is scheduled for deletion")


def _before_version(_: Context, operation: str, sent: dict[str, Any], state: State) -> None:
    if operation == "put_secret_value":
        if state.get("secret_string_wo") is not None:
            sent["SecretString"] = state["secret_string_wo"]
        if state.get("secret_binary"):
            sent["SecretBinary"] = base64.b64decode(state["secret_binary"])
    elif operation == "get_secret_value":
        sent["VersionId"] = state["version_id"]


def _plan_version(_: State | None, planned: State, config: State, __: Set[str]) -> None:
    planned["has_secret_string_wo"] = config.get("secret_string_wo") is not None or None


def _complete_version(_: Context, state: State, answer: Any) -> None:
    state["secret_arn"] = state["arn"] = answer["ARN"]
    state["id"] = f"{state['secret_id']}|{state['version_id']}"
    if state.get("has_secret_string_wo"):
        state["secret_string"] = None


SPECS = {
    "aws_secretsmanager_secret": Spec(
        "secretsmanager",
        "create_secret",
        "describe_secret",
        "delete_secret",
        ("update_secret",),
        inputs={"id": "SecretId"},
        id="{arn}",
        replace="name name_prefix type",
        quiet="recovery_window_in_days force_overwrite_replica_secret",
        defaults={"recovery_window_in_days": WAIT_DAYS, "force_overwrite_replica_secret": False},
        before=_before_secret,
        complete=_complete_secret,
    ),
    "aws_secretsmanager_secret_version": Spec(
        "secretsmanager",
        "put_secret_value",
        "get_secret_value",
        id="{secret_id}|{version_id}",
        replace="secret_id secret_string secret_binary secret_string_wo_version",
        plan=_plan_version,
        before=_before_version,
        complete=_complete_version,
    ),
}
