"""SNS: topics, their policies and subscriptions."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]

SETTINGS = {"display_name": "DisplayName", "kms_master_key_id": "KmsMasterKeyId", "policy": "Policy"}
SUBSCRIPTION = {"filter_policy": "FilterPolicy", "raw_message_delivery": "RawMessageDelivery"}


def _read_topic(context: Context, state: State) -> Any:
    client = context.client("sns")
    found = client.get_topic_attributes(TopicArn=state["id"])["Attributes"]
    return {theirs: found.get(theirs) for theirs in SETTINGS.values()} | {
        "TopicArn": found["TopicArn"],
        "Owner": found.get("Owner"),
        "Tags": client.list_tags_for_resource(ResourceArn=state["id"])["Tags"],
    }


def _finish_topic(context: Context, state: State, changed: Set[str]) -> None:
    for ours, theirs in SETTINGS.items():
        if ours in changed:
            context.client("sns").set_topic_attributes(
                TopicArn=state["id"], AttributeName=theirs, AttributeValue=state.get(ours) or ""
            )


def _put_policy(context: Context, state: State) -> Any:
    context.client("sns").set_topic_attributes(
        TopicArn=state["arn"], AttributeName="Policy", AttributeValue=state["policy"]
    )
    return {}


def _read_policy(context: Context, state: State) -> Any:
    found = context.client("sns").get_topic_attributes(TopicArn=state["arn"])["Attributes"]
    return {"policy": found.get("Policy") or state["policy"], "owner": found.get("Owner")}


def _subscribe(context: Context, state: State) -> Any:
    sent = {theirs: state[ours] for ours, theirs in SUBSCRIPTION.items() if state.get(ours)}
    made = context.client("sns").subscribe(
        TopicArn=state["topic_arn"],
        Protocol=state["protocol"],
        Endpoint=state["endpoint"],
        Attributes={name: str(value).lower() if isinstance(value, bool) else value for name, value in sent.items()},
        ReturnSubscriptionArn=True,
    )
    return {"Id": made["SubscriptionArn"], "Arn": made["SubscriptionArn"]}


def _read_subscription(context: Context, state: State) -> Any:
    pages = context.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=state["topic_arn"])
    for each in (each for page in pages for each in page["Subscriptions"]):
        is_mine = (each["Protocol"], each["Endpoint"]) == (state["protocol"], state["endpoint"])
        if state["id"] == each["SubscriptionArn"] or is_mine:
            return {"protocol": each["Protocol"], "endpoint": each["Endpoint"], "owner_id": each.get("Owner")}
    return None


SPECS = {
    "aws_sns_topic": Spec(
        "sns",
        "create_topic",
        _read_topic,
        "delete_topic",
        names={"arn": "TopicArn"},
        inputs={"id": "TopicArn"},
        id="{arn}",
        replace="name name_prefix fifo_topic",
        defaults={"fifo_topic": False, "content_based_deduplication": False},
        after=_finish_topic,
    ),
    "aws_sns_topic_policy": Spec("sns", _put_policy, _read_policy, None, (_put_policy,), id="{arn}", replace="arn"),
    "aws_sns_topic_subscription": Spec(
        "sns",
        _subscribe,
        _read_subscription,
        lambda context, state: context.client("sns").unsubscribe(SubscriptionArn=state["id"]),
        id="{arn}",
        replace="topic_arn protocol endpoint filter_policy raw_message_delivery",
        defaults={
            "confirmation_timeout_in_minutes": 1,
            "endpoint_auto_confirms": False,
            "raw_message_delivery": False,
        },
    ),
}
