"""What must hold of everything that any test applied: the network, buckets, functions and queues as they came out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.terraform.policies import State, walk_resources

IMAGE = re.compile(r"[\w.-]+\.dkr\.ecr\.[\w-]+\.amazonaws\.com/[\w/.-]+@sha256:[0-9a-f]{64}")
ANYWHERE = {"0.0.0.0/0", "::/0"}

BUCKET_PARTS = {
    "aws_s3_bucket_policy": "policy",
    "aws_s3_bucket_public_access_block": "public access block",
    "aws_s3_bucket_server_side_encryption_configuration": "encryption",
    "aws_s3_bucket_versioning": "versioning",
}
"""What each bucket has beside it."""

Values = dict[str, Any]


class Resources:
    """The resources of a state by type."""

    def __init__(self, state: State) -> None:
        self._by_kind: dict[str, list[tuple[str, Values]]] = {}
        for one in walk_resources(state["root_module"]):
            self._by_kind.setdefault(one["type"], []).append((one["address"], one["values"]))

    def of(self, kind: str) -> list[tuple[str, Values]]:
        """(address, values) of each."""
        return self._by_kind.get(kind, [])


def judge_network(there: Resources) -> Iterator[str]:
    """Nothing that keeps data or runs code stands in a subnet that the internet has a way to."""
    open_subnets = _list_open_subnets(there)
    functions = there.of("aws_lambda_function")
    placed = [
        *((address, values["subnet_ids"]) for address, values in there.of("aws_db_subnet_group")),
        *((address, values["vpc_subnet_ids"]) for address, values in there.of("aws_db_proxy")),
        *((address, one["subnet_ids"]) for address, values in functions for one in values["vpc_config"]),
    ]
    yield from (f"{address}: a public subnet" for address, subnets in placed if open_subnets.intersection(subnets))
    for address, values in there.of("aws_vpc_security_group_ingress_rule"):
        if values["cidr_ipv4"] in ANYWHERE or values["cidr_ipv6"] in ANYWHERE:
            yield f"{address}: lets everybody in"


def _list_open_subnets(there: Resources) -> set[str]:
    gateways = {values["id"] for _, values in there.of("aws_internet_gateway")}
    tables = {values["route_table_id"] for _, values in there.of("aws_route") if values["gateway_id"] in gateways}
    links = [values for _, values in there.of("aws_route_table_association")]
    return {values["subnet_id"] for values in links if values["route_table_id"] in tables}


def judge_buckets(there: Resources) -> Iterator[str]:
    """Each bucket is encrypted with a key of ours, closed to the public, and takes no request without TLS."""
    for address, bucket in there.of("aws_s3_bucket"):
        names = {bucket["id"], bucket["bucket"]}
        parts = {kind: [one for _, one in there.of(kind) if one["bucket"] in names] for kind in BUCKET_PARTS}
        yield from (f"{address}: no {BUCKET_PARTS[kind]}" for kind, own in parts.items() if not own)
        if not any(_refuses_plain_text(one["policy"]) for one in parts["aws_s3_bucket_policy"]):
            yield f"{address}: takes requests without TLS"
    for address, values in there.of("aws_s3_bucket_server_side_encryption_configuration"):
        for default in (one for rule in values["rule"] for one in rule["apply_server_side_encryption_by_default"]):
            if default["sse_algorithm"] != "aws:kms" or not default["kms_master_key_id"].startswith("arn:"):
                yield f"{address}: {default['sse_algorithm']} without a key of ours"


def judge_functions(there: Resources) -> Iterator[str]:
    """Each function is an image by digest, has its share of concurrency, and is called by its alias."""
    for address, values in there.of("aws_lambda_function"):
        if not IMAGE.fullmatch(values["image_uri"]):
            yield f"{address}: {values['image_uri']} is no image by its digest"
        if values["reserved_concurrent_executions"] < 1:
            yield f"{address}: reserved concurrency {values['reserved_concurrent_executions']}"
    for address, values in there.of("aws_lambda_permission"):
        if not values["qualifier"] or not values["source_arn"].startswith("arn:"):
            yield f"{address}: without alias or source"
    for address, values in there.of("aws_lambda_provisioned_concurrency_config"):
        if values["provisioned_concurrent_executions"] < 1:
            yield f"{address}: nothing provisioned"


def judge_queues(there: Resources) -> Iterator[str]:
    """Each queue has a place for what nobody could read, or is one."""
    dead = {values["redrive_policy"] for _, values in there.of("aws_sqs_queue")} - {None}
    for address, values in there.of("aws_sqs_queue"):
        last = not str(values["redrive_policy"]).startswith("{")
        if last and values["message_retention_seconds"] != 1209600:
            yield f"{address}: dead letters are kept {values['message_retention_seconds']} s, not 14 days"
    if there.of("aws_sqs_queue") and not any(str(one).startswith("{") for one in dead):
        yield "no queue has a dead-letter queue"


JUDGES = (judge_network, judge_buckets, judge_functions, judge_queues)


def _refuses_plain_text(policy: str) -> bool:
    if not policy.startswith("{"):
        return False
    return any(
        one["Effect"] == "Deny"
        and one.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") in {"false", False}
        for one in json.loads(policy)["Statement"]
    )
