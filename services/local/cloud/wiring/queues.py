"""Queues, each with its dead-letter queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.local.cloud.plan import Plan

__all__ = ["MOST_RECEIVES", "Queue", "create_queues"]

MOST_RECEIVES = 3
KEPT_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True)
class Queue:
    """One queue and the service that reads it."""

    name: str
    service: str
    url: str
    arn: str


def create_queues(plan: Plan, connect: Callable[[str], Any]) -> dict[str, Queue]:
    """Makes the work queue (-> automations) and the key queue (-> key_sync), each with a dead-letter queue."""
    sqs = connect("sqs")
    readers = {"work": "automations", "keys": "key_sync"}
    queues: dict[str, Queue] = {}
    for name, service in readers.items():
        dead = sqs.create_queue(
            QueueName=f"{plan.name}-{name}-dead", Attributes={"MessageRetentionPeriod": str(KEPT_SECONDS)}
        )
        redrive = {"deadLetterTargetArn": _arn(sqs, dead["QueueUrl"]), "maxReceiveCount": MOST_RECEIVES}
        # Lambda refuses a queue whose messages come back while the function may still be at work.
        timeout = str(plan.catalog[service]["timeout_seconds"])
        attributes = {"VisibilityTimeout": timeout, "RedrivePolicy": json.dumps(redrive)}
        url = sqs.create_queue(QueueName=f"{plan.name}-{name}", Attributes=attributes)["QueueUrl"]
        queues[name] = Queue(name, service, url, _arn(sqs, url))
    return queues


def _arn(sqs: Any, url: str) -> str:
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return str(attributes["QueueArn"])
