"""What a plan of Terraform is about to do, without a value of anything: what changes, and what would be lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["GUARDED", "Change", "describe", "find_lost", "list_architectures", "list_changes", "summarize"]

GUARDED = {
    "aws_db_instance": "the database",
    "aws_ecr_repository": "images",
    "aws_kms_key": "a key, and all that it encrypted",
    "aws_rds_cluster": "the database",
    "aws_rds_cluster_instance": "a server of the database",
    "aws_s3_bucket": "a bucket, of files, states or releases",
    "aws_secretsmanager_secret": "the master's password",
}
"""Types whose end nothing brings back -> what goes with them."""

ACTIONS = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "destroy",
    ("forget",): "forget",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}
SIGNS = {"create": "+", "update": "~", "replace": "±", "destroy": "-", "forget": "."}
LOSES = ("destroy", "replace")


@dataclass(frozen=True)
class Change:
    """attributes: the names of those that change; nothing says to what, since it may be a secret."""

    address: str
    kind: str
    action: str
    attributes: tuple[str, ...]


def list_changes(plan: Mapping[str, Any], part: str = "resource_changes") -> tuple[Change, ...]:
    """The changes of what `terraform show -json` says of a plan. part: resource_drift, for what others changed."""
    found = []
    for one in plan.get(part, []):
        action = ACTIONS.get(tuple(one["change"]["actions"]))
        if action is not None and one.get("mode", "managed") == "managed":
            found.append(Change(one["address"], one["type"], action, _list_attributes(one["change"])))
    return tuple(sorted(found, key=lambda change: change.address))


def find_lost(changes: Iterable[Change], allowed: Sequence[str] = ()) -> list[Change]:
    """What would be lost for good, but for the addresses that somebody has allowed."""
    return [one for one in changes if one.action in LOSES and one.kind in GUARDED and one.address not in allowed]


def summarize(changes: Iterable[Change]) -> dict[str, int]:
    """Action -> how many."""
    actions = [change.action for change in changes]
    return {action: actions.count(action) for action in SIGNS if action in actions}


def describe(changes: Sequence[Change]) -> str:
    """A line for each change, those that take something away first."""
    if not changes:
        return "  nothing changes\n"
    order = sorted(changes, key=lambda change: (change.action not in LOSES, change.address))
    return "".join(f"  {_describe(change)}\n" for change in order)


def list_architectures(plan: Mapping[str, Any]) -> set[str]:
    """What the functions of a plan would run on."""
    afters = [
        one["change"].get("after") or {}
        for one in plan.get("resource_changes", [])
        if one["type"] == "aws_lambda_function"
    ]
    return {str(name) for after in afters for name in after.get("architectures") or []}


def _list_attributes(change: Mapping[str, Any]) -> tuple[str, ...]:
    if tuple(change["actions"]) not in {("update",), ("delete", "create"), ("create", "delete")}:
        return ()
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    names = set(before) | set(after) | set(unknown)
    return tuple(sorted(name for name in names if before.get(name) != after.get(name) or unknown.get(name)))


def _describe(change: Change) -> str:
    told = f"{SIGNS[change.action]} {change.address}"
    if change.attributes:
        told += f": {', '.join(change.attributes)}"
    if change.action in LOSES:
        loses = f", and with it {GUARDED[change.kind]}" if change.kind in GUARDED else ""
        told += f"   <- {change.action.upper()}{loses}"
    return told
