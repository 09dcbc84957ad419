"""Lambda: functions, versions, aliases, permissions and what calls a function."""

from __future__ import annotations

import json
from collections.abc import Set
from pathlib import Path
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.resources.function_links import LINKS, invoke_arn
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import UNKNOWN, State

__all__ = ["SPECS"]

CODE = frozenset({"filename", "s3_bucket", "s3_key", "s3_object_version", "image_uri", "source_code_hash"})
UNVERSIONED = frozenset({"tags", "tags_all", "reserved_concurrent_executions", "timeouts"})
"""What changes without a new version."""
ALL_AT_ONCE = -1
WAIT = {"Delay": 1, "MaxAttempts": 60}


def _code(state: State) -> dict[str, Any]:
    if state.get("filename"):
        return {"ZipFile": Path(state["filename"]).read_bytes()}
    if state.get("image_uri"):
        return {"ImageUri": state["image_uri"]}
    names = {"s3_bucket": "S3Bucket", "s3_key": "S3Key", "s3_object_version": "S3ObjectVersion"}
    return {theirs: state[ours] for ours, theirs in names.items() if state.get(ours)}


def _before(_: Context, operation: str, sent: dict[str, Any], state: State) -> None:
    if operation == "create_function":
        sent["Code"] = _code(state)


def _finish(context: Context, state: State, changed: Set[str]) -> None:
    client, name = context.client("lambda"), {"FunctionName": state["function_name"]}
    is_new = "function_name" in changed
    waiter = client.get_waiter("function_active_v2" if is_new else "function_updated_v2")
    waiter.wait(**name, WaiterConfig=WAIT)
    if not is_new and changed & (CODE | {"architectures"}):
        kinds = {"Architectures": state["architectures"]} if state.get("architectures") else {}
        client.update_function_code(**name, **_code(state), **kinds)
        waiter.wait(**name, WaiterConfig=WAIT)
    if not is_new and state.get("publish") and changed - UNVERSIONED:
        client.publish_version(**name)
    if "reserved_concurrent_executions" in changed:
        reserved = int(state["reserved_concurrent_executions"])
        if reserved != ALL_AT_ONCE:
            client.put_function_concurrency(**name, ReservedConcurrentExecutions=reserved)
        elif not is_new:
            client.delete_function_concurrency(**name)


def _plan(prior: State | None, planned: State, _: State, changed: Set[str]) -> None:
    if prior is None or not changed - UNVERSIONED:
        return
    planned["last_modified"] = UNKNOWN
    if planned.get("publish"):
        planned |= dict.fromkeys(("version", "qualified_arn", "qualified_invoke_arn"), UNKNOWN)
    if changed & CODE:
        planned |= dict.fromkeys(("code_sha256", "source_code_size"), UNKNOWN)


def _read(context: Context, state: State) -> Any:
    client, name = context.client("lambda"), state["function_name"]
    found = client.get_function(FunctionName=name)
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    numbers = [int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"].isdigit()]
    reserved = found.get("Concurrency", {}).get("ReservedConcurrentExecutions", ALL_AT_ONCE)
    configuration = found["Configuration"]
    return configuration | {
        "Tags": found.get("Tags", {}),
        "ReservedConcurrentExecutions": reserved,
        "Version": str(max(numbers)) if numbers and state.get("publish") else "$LATEST",
        "Layers": [layer["Arn"] for layer in configuration.get("Layers") or []],
        "ImageUri": found.get("Code", {}).get("ImageUri"),
        "Environment": configuration.get("Environment") or {"Variables": {}},
    }


def _complete(_: Context, state: State, answer: Any) -> None:
    arn = state["arn"]
    streaming = invoke_arn(arn).replace("2015-03-31", "2021-11-15").replace("/invocations", "")
    state |= {
        "id": state["function_name"],
        "invoke_arn": invoke_arn(arn),
        "qualified_arn": f"{arn}:{state['version']}",
        "qualified_invoke_arn": invoke_arn(f"{arn}:{state['version']}"),
        "response_streaming_invoke_arn": f"{streaming}/response-streaming-invocations",
        "source_code_hash": state.get("source_code_hash") or answer.get("CodeSha256"),
    }


def _complete_alias(_: Context, state: State, answer: Any) -> None:
    state["id"], state["invoke_arn"] = state["arn"], invoke_arn(state["arn"])
    if not answer.get("RoutingConfig"):
        state["routing_config"] = []


def _read_permission(context: Context, state: State) -> Any:
    qualifier = {"Qualifier": state["qualifier"]} if state.get("qualifier") else {}
    policy = context.client("lambda").get_policy(FunctionName=state["function_name"], **qualifier)["Policy"]
    statements = json.loads(policy)["Statement"]
    found = next((each for each in statements if each["Sid"] == state["statement_id"]), None)
    if found is None:
        return None
    conditions = {key.lower(): value for each in found.get("Condition", {}).values() for key, value in each.items()}
    principal = found["Principal"]
    return {
        "Action": found["Action"],
        "Principal": principal if isinstance(principal, str) else next(iter(principal.values())),
        "SourceArn": conditions.get("aws:sourcearn"),
        "SourceAccount": conditions.get("aws:sourceaccount"),
    }


def _before_permission(_: Context, __: str, sent: dict[str, Any], state: State) -> None:
    if state.get("qualifier"):
        sent["Qualifier"] = state["qualifier"]


SPECS = {
    **LINKS,
    "aws_lambda_function": Spec(
        "lambda",
        "create_function",
        _read,
        "delete_function",
        ("update_function_configuration",),
        names={
            "arn": "FunctionArn",
            "source_code_size": "CodeSize",
            "code_sha256": "CodeSha256",
            "file_system_config": "FileSystemConfigs",
            "image_config": "ImageConfigResponse",
        },
        by_operation={
            operation: {"image_config": "ImageConfig"}
            for operation in ("create_function", "update_function_configuration")
        },
        id="{function_name}",
        kept="ephemeral_storage logging_config snap_start tracing_config",
        replace="function_name package_type",
        quiet="skip_destroy replace_security_groups_on_destroy replacement_security_group_ids",
        defaults={
            "memory_size": 128,
            "timeout": 3,
            "package_type": "Zip",
            "publish": False,
            "reserved_concurrent_executions": ALL_AT_ONCE,
            "skip_destroy": False,
        },
        plan=_plan,
        before=_before,
        after=_finish,
        complete=_complete,
    ),
    "aws_lambda_alias": Spec(
        "lambda",
        "create_alias",
        "get_alias",
        "delete_alias",
        ("update_alias",),
        names={"arn": "AliasArn"},
        id="{arn}",
        replace="function_name name",
        complete=_complete_alias,
    ),
    "aws_lambda_permission": Spec(
        "lambda",
        "add_permission",
        _read_permission,
        "remove_permission",
        id="{statement_id}",
        replace="*",
        before=_before_permission,
    ),
}
