"""EventBridge Scheduler: groups and schedules."""

from __future__ import annotations

from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]


def _before(_: Context, operation: str, sent: dict[str, Any], state: State) -> None:
    """A read or a deletion needs the group as well, which botocore's model doesn't demand."""
    if operation in {"get_schedule", "delete_schedule"}:
        sent["GroupName"] = state.get("group_name") or "default"


def _complete(_: Context, state: State, __: Any) -> None:
    state["id"] = f"{state['group_name']}/{state['name']}"


SPECS = {
    "aws_scheduler_schedule_group": Spec(
        "scheduler",
        "create_schedule_group",
        "get_schedule_group",
        "delete_schedule_group",
        names={"arn": "Arn"},
        by_operation={"create_schedule_group": {}},
        id="{name}",
        replace="name name_prefix",
        tags=lambda context, state: context.client("scheduler").list_tags_for_resource(ResourceArn=state["arn"])[
            "Tags"
        ],
    ),
    "aws_scheduler_schedule": Spec(
        "scheduler",
        "create_schedule",
        "get_schedule",
        "delete_schedule",
        ("update_schedule",),
        id="{group_name}/{name}",
        replace="name name_prefix group_name",
        defaults={
            "schedule_expression_timezone": "UTC",
            "state": "ENABLED",
            "group_name": "default",
            "action_after_completion": "NONE",
        },
        before=_before,
        complete=_complete,
    ),
}
