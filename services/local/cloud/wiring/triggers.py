"""What calls the functions that no request reaches: queues and the clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from services.local.cloud.emulator import ACCOUNT
from services.local.cloud.plan import Plan
from services.local.cloud.wiring.functions import alias_arn
from services.local.cloud.wiring.queues import Queue

__all__ = ["SCHEDULES", "create_schedules", "create_triggers"]

SCHEDULES = (("jobs", "rate(1 minute)"), ("keys", "rate(1 minute)"), ("maintain", "rate(1 day)"))
"""Task of automations -> when."""


def create_triggers(plan: Plan, connect: Callable[[str], Any], queues: Mapping[str, Queue]) -> None:
    """Lets each queue's messages call its service."""
    client = connect("lambda")
    for queue in queues.values():
        client.create_event_source_mapping(
            EventSourceArn=queue.arn,
            FunctionName=alias_arn(plan, queue.service),
            BatchSize=1,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )


def create_schedules(plan: Plan, connect: Callable[[str], Any]) -> None:
    """Lets the clock call automations, a schedule for each task."""
    scheduler = connect("scheduler")
    for task, expression in SCHEDULES:
        scheduler.create_schedule(
            Name=f"{plan.name}-{task}",
            ScheduleExpression=expression,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": alias_arn(plan, "automations"),
                "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{plan.name}-scheduler",
                "Input": json.dumps({"task": task}),
            },
        )
