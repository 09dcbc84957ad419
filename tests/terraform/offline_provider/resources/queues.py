"""SQS: queues, whose settings are all strings in one map, and what may be said of one apart from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import UNKNOWN, State

__all__ = ["SPECS"]

NUMBERS = {
    "delay_seconds": ("DelaySeconds", 0),
    "max_message_size": ("MaximumMessageSize", 262144),
    "message_retention_seconds": ("MessageRetentionPeriod", 345600),
    "receive_wait_time_seconds": ("ReceiveMessageWaitTimeSeconds", 0),
    "visibility_timeout_seconds": ("VisibilityTimeout", 30),
}
TEXTS = {
    "kms_master_key_id": "KmsMasterKeyId",
    "kms_data_key_reuse_period_seconds": "KmsDataKeyReusePeriodSeconds",
    "policy": "Policy",
    "redrive_policy": "RedrivePolicy",
    "redrive_allow_policy": "RedriveAllowPolicy",
    "fifo_queue": "FifoQueue",
    "content_based_deduplication": "ContentBasedDeduplication",
    "deduplication_scope": "DeduplicationScope",
    "fifo_throughput_limit": "FifoThroughputLimit",
    "sqs_managed_sse_enabled": "SqsManagedSseEnabled",
}
ATTRIBUTES = {name: theirs for name, (theirs, _) in NUMBERS.items()} | TEXTS


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str("" if value is None else value)


def _create(context: Context, state: State) -> Any:
    sent = {
        theirs: _spelled(state[ours]) for ours, theirs in ATTRIBUTES.items() if state.get(ours) not in (None, False)
    }
    client = context.client("sqs")
    url = client.create_queue(QueueName=state["name"], Attributes=sent, tags=state.get("tags_all") or {})["QueueUrl"]
    return {"Id": url, "Url": url}


def _read(context: Context, state: State) -> Any:
    found = context.client("sqs").get_queue_attributes(QueueUrl=state["id"], AttributeNames=["All"])["Attributes"]
    said = {ours: found[theirs] for ours, theirs in ATTRIBUTES.items() if found.get(theirs, "") != ""}
    return said | {"arn": found["QueueArn"], "url": state["id"], "name": found["QueueArn"].rpartition(":")[2]}


def _update(context: Context, state: State, changed: Set[str]) -> None:
    is_new = "name" in changed
    sent = {theirs: _spelled(state[ours]) for ours, theirs in ATTRIBUTES.items() if ours in changed}
    if sent and not is_new:
        context.client("sqs").set_queue_attributes(QueueUrl=state["id"], Attributes=sent)


def _plan(prior: State | None, planned: State, config: State, _: Set[str]) -> None:
    """SSE by SQS itself is on unless a KMS key is given; that choice is AWS's."""
    if prior is None and config.get("kms_master_key_id") is None and config.get("sqs_managed_sse_enabled") is None:
        planned["sqs_managed_sse_enabled"] = UNKNOWN


def _complete(_: Context, state: State, answer: Any) -> None:
    if state.get("sqs_managed_sse_enabled") is None:
        state["sqs_managed_sse_enabled"] = answer.get("sqs_managed_sse_enabled", "false")


def _part(name: str, theirs: str) -> Spec:
    """A resource that is one attribute of a queue."""

    def put(context: Context, state: State) -> Any:
        context.client("sqs").set_queue_attributes(QueueUrl=state["queue_url"], Attributes={theirs: state[name]})
        return {}

    def read(context: Context, state: State) -> Any:
        queue = {"QueueUrl": state["queue_url"], "AttributeNames": ["All"]}
        found = context.client("sqs").get_queue_attributes(**queue)["Attributes"].get(theirs)
        return {name: found} if found else None

    def remove(context: Context, state: State) -> None:
        context.client("sqs").set_queue_attributes(QueueUrl=state["queue_url"], Attributes={theirs: ""})

    calls: Mapping[str, Callable[[Context, State], Any]] = {"put": put, "read": read, "remove": remove}
    return Spec(
        "sqs", calls["put"], calls["read"], calls["remove"], (calls["put"],), id="{queue_url}", replace="queue_url"
    )


SPECS = {
    "aws_sqs_queue": Spec(
        "sqs",
        _create,
        _read,
        lambda context, state: context.client("sqs").delete_queue(QueueUrl=state["id"]),
        id="{id}",
        replace="name name_prefix fifo_queue",
        defaults={
            "fifo_queue": False,
            "content_based_deduplication": False,
            **{name: default for name, (_, default) in NUMBERS.items()},
        },
        tags=lambda context, state: context.client("sqs").list_queue_tags(QueueUrl=state["id"]).get("Tags", {}),
        plan=_plan,
        after=_update,
        complete=_complete,
    ),
    "aws_sqs_queue_policy": _part("policy", "Policy"),
    "aws_sqs_queue_redrive_policy": _part("redrive_policy", "RedrivePolicy"),
    "aws_sqs_queue_redrive_allow_policy": _part("redrive_allow_policy", "RedriveAllowPolicy"),
}
