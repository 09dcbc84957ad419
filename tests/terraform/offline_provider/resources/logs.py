"""CloudWatch Logs: groups, metric filters, resource policies."""

from __future__ import annotations

from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]


def _read_group(context: Context, state: State) -> Any:
    groups = context.client("logs").describe_log_groups(logGroupNamePrefix=state["name"])["logGroups"]
    found = next((group for group in groups if group["logGroupName"] == state["name"]), None)
    if found is None:
        return None
    return found | {"arn": found["arn"].removesuffix(":*"), "retentionInDays": found.get("retentionInDays", 0)}


def _finish_group(context: Context, state: State, changed: Any) -> None:
    client, name = context.client("logs"), state["name"]
    if "retention_in_days" in changed:
        if state["retention_in_days"]:
            client.put_retention_policy(logGroupName=name, retentionInDays=int(state["retention_in_days"]))
        else:
            client.delete_retention_policy(logGroupName=name)
    if "kms_key_id" in changed and "name" not in changed:
        if state.get("kms_key_id"):
            client.associate_kms_key(logGroupName=name, kmsKeyId=state["kms_key_id"])
        else:
            client.disassociate_kms_key(logGroupName=name)


def _put_filter(context: Context, state: State) -> None:
    how = state["metric_transformation"][0]
    names = {"name": "metricName", "namespace": "metricNamespace", "value": "metricValue", "unit": "unit"}
    sent: dict[str, Any] = {theirs: how[ours] for ours, theirs in names.items() if how.get(ours) is not None}
    if how.get("default_value") is not None:
        sent["defaultValue"] = float(how["default_value"])
    if how.get("dimensions"):
        sent["dimensions"] = how["dimensions"]
    context.client("logs").put_metric_filter(
        logGroupName=state["log_group_name"],
        filterName=state["name"],
        filterPattern=state["pattern"],
        metricTransformations=[sent],
    )


def _read_filter(context: Context, state: State) -> Any:
    found = context.client("logs").describe_metric_filters(
        logGroupName=state["log_group_name"], filterNamePrefix=state["name"]
    )["metricFilters"]
    only = next((each for each in found if each["filterName"] == state["name"]), None)
    if only is None:
        return None
    names = {"metricName": "name", "metricNamespace": "namespace", "metricValue": "value", "unit": "unit"}
    how = {ours: only["metricTransformations"][0].get(theirs) for theirs, ours in names.items()}
    return {"pattern": only["filterPattern"], "metric_transformation": [how]}


def _delete_filter(context: Context, state: State) -> None:
    context.client("logs").delete_metric_filter(logGroupName=state["log_group_name"], filterName=state["name"])


def _read_resource_policy(context: Context, state: State) -> Any:
    found = context.client("logs").describe_resource_policies()["resourcePolicies"]
    return next((each for each in found if each["policyName"] == state["policy_name"]), None)


SPECS = {
    "aws_cloudwatch_log_group": Spec(
        "logs",
        "create_log_group",
        _read_group,
        "delete_log_group",
        names={"name": "logGroupName", "kms_key_id": "kmsKeyId"},
        id="{name}",
        replace="name name_prefix log_group_class",
        quiet="skip_destroy",
        defaults={"retention_in_days": 0, "skip_destroy": False, "log_group_class": "STANDARD"},
        tags=lambda context, state: context.client("logs").list_tags_for_resource(resourceArn=state["arn"])["tags"],
        after=_finish_group,
    ),
    "aws_cloudwatch_log_metric_filter": Spec(
        "logs",
        _put_filter,
        _read_filter,
        _delete_filter,
        (_put_filter,),
        id="{name}",
        replace="name log_group_name",
        defaults={"apply_on_transformed_logs": False},
    ),
    "aws_cloudwatch_log_resource_policy": Spec(
        "logs",
        "put_resource_policy",
        _read_resource_policy,
        "delete_resource_policy",
        ("put_resource_policy",),
        id="{policy_name}",
        inputs={"policy_name": "policyName"},
        replace="policy_name",
    ),
}
