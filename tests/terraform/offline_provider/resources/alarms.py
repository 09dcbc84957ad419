"""CloudWatch: alarms on metrics, alarms on alarms, dashboards."""

from __future__ import annotations

from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Call, Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]


def _read_alarm(kind: str, answer: str) -> Call:
    def read(context: Context, state: State) -> Any:
        client = context.client("cloudwatch")
        found = client.describe_alarms(AlarmNames=[state["id"]], AlarmTypes=[kind]).get(answer) or []
        return found[0] if found else None

    return read


def _delete_alarm(context: Context, state: State) -> None:
    context.client("cloudwatch").delete_alarms(AlarmNames=[state["id"]])


def _tags(context: Context, state: State) -> Any:
    return context.client("cloudwatch").list_tags_for_resource(ResourceARN=state["arn"])["Tags"]


def _put_composite(context: Context, state: State) -> Any:
    names = {
        "alarm_name": "AlarmName",
        "alarm_rule": "AlarmRule",
        "alarm_description": "AlarmDescription",
        "alarm_actions": "AlarmActions",
        "ok_actions": "OKActions",
        "insufficient_data_actions": "InsufficientDataActions",
        "actions_enabled": "ActionsEnabled",
    }
    sent = {theirs: state[ours] for ours, theirs in names.items() if state.get(ours) is not None}
    tags = [{"Key": key, "Value": value} for key, value in (state.get("tags_all") or {}).items()]
    context.client("cloudwatch").put_composite_alarm(**sent, Tags=tags)
    return {"Id": state["alarm_name"]}


def _complete_dashboard(_: Context, state: State, answer: Any) -> None:
    state["dashboard_arn"] = answer["DashboardArn"]


SPECS = {
    "aws_cloudwatch_metric_alarm": Spec(
        "cloudwatch",
        "put_metric_alarm",
        _read_alarm("MetricAlarm", "MetricAlarms"),
        _delete_alarm,
        ("put_metric_alarm",),
        names={"ok_actions": "OKActions", "arn": "AlarmArn", "metric_query": "Metrics"},
        id="{alarm_name}",
        replace="alarm_name",
        defaults={"actions_enabled": True, "treat_missing_data": "missing"},
        tags=_tags,
    ),
    "aws_cloudwatch_composite_alarm": Spec(
        "cloudwatch",
        _put_composite,
        _read_alarm("CompositeAlarm", "CompositeAlarms"),
        _delete_alarm,
        (_put_composite,),
        names={"ok_actions": "OKActions", "arn": "AlarmArn"},
        id="{alarm_name}",
        replace="alarm_name actions_enabled",
        defaults={"actions_enabled": True},
        tags=_tags,
    ),
    "aws_cloudwatch_dashboard": Spec(
        "cloudwatch",
        "put_dashboard",
        "get_dashboard",
        lambda context, state: context.client("cloudwatch").delete_dashboards(DashboardNames=[state["id"]]),
        ("put_dashboard",),
        id="{dashboard_name}",
        replace="dashboard_name",
        complete=_complete_dashboard,
    ),
}
