"""What a test asks of the emulator: the keys that are there, the messages that wait, the key sync run on them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from services.key_sync.events import make_handler
from services.key_sync.gateway import Gateway
from services.local.cloud.emulator import ACCOUNT, REGION, Emulator
from services.shared.queue import Queue

START = datetime.now(UTC) - timedelta(minutes=2)


@dataclass(frozen=True)
class Cloud:
    """One environment in the emulator."""

    emulator: Emulator
    name: str
    plan: str
    queue_url: str

    @classmethod
    def make(cls, emulator: Emulator) -> Cloud:
        """A new environment."""
        name = f"test-{uuid.uuid4().hex[:8]}"
        plan = emulator.client("apigateway").create_usage_plan(name=name)["id"]
        return cls(emulator, name, plan, emulator.client("sqs").create_queue(QueueName=name)["QueueUrl"])

    @cached_property
    def api(self) -> Any:
        """boto3's client of API Gateway."""
        return self.emulator.client("apigateway")

    @cached_property
    def queue(self) -> Queue:
        """The key queue, as automations sends to it."""
        keys = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local"}
        return Queue(self.queue_url, REGION, keys)

    @property
    def gateway(self) -> Gateway:
        """API Gateway, as the key sync sees it."""
        return Gateway(self.api, self.name, self.plan)

    def values(self) -> dict[str, str]:
        """API Gateway's keys of this environment that open something: our id -> value."""
        pages = self.api.get_paginator("get_api_keys").paginate(includeValues=True, PaginationConfig={"PageSize": 500})
        attached = self.gateway.list_attached()
        prefix = f"skep-{self.name}-"
        return {
            item["name"].removeprefix(prefix): item["value"]
            for page in pages
            for item in page["items"]
            if item["name"].startswith(prefix) and item["id"] in attached
        }

    def receive(self) -> list[str]:
        """The bodies of the messages that wait in the queue, which has them no more then."""
        sqs = self.emulator.client("sqs")
        bodies = []
        while messages := sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def sync(self, *bodies: str | Mapping[str, Any]) -> list[str]:
        """The key sync, called with one event of these messages; gives which of them it wants again, by number."""
        texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        records = [{"messageId": str(number), "body": body} for number, body in enumerate(texts)]
        answer = make_handler(lambda: self.gateway)({"Records": records}, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def value_of(key_id: str) -> str:
    """The value of a made-up key."""
    return f"skp_{key_id}_{'x' * 43}"


def message(
    after: float, live: Sequence[str] = (), new: Sequence[str] = (), *, settled: Sequence[str] = ()
) -> dict[str, Any]:
    """A list as of so many seconds after START. live: under way, the new ones besides; settled: long handed over."""
    return {
        "at": (START + timedelta(seconds=after)).isoformat(),
        "settled": list(settled),
        "under_way": [*live, *new],
        "new": [
            {"key_id": key_id, "value": value_of(key_id), "client_id": str(uuid.uuid4()), "name": "A program"}
            for key_id in new
        ],
    }
