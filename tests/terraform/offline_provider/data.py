"""Data sources: what is asked of the account, and what a region is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.values import Block, ProviderError, State, normalize

__all__ = ["DATA", "read_data"]


def _caller(context: Context, _: State) -> State:
    who = context.client("sts").get_caller_identity()
    return {"account_id": who["Account"], "arn": who["Arn"], "user_id": who["UserId"], "id": who["Account"]}


def _region(context: Context, config: State) -> State:
    name = config.get("name") or config.get("region") or context.region
    return {"id": name, "name": name, "region": name, "endpoint": f"ec2.{name}.amazonaws.com", "description": name}


def _partition(_: Context, __: State) -> State:
    return {
        "id": "aws",
        "partition": "aws",
        "dns_suffix": "amazonaws.com",
        "reverse_dns_prefix": "com.amazonaws",
    }


def _zones(context: Context, config: State) -> State:
    zones = context.client("ec2").describe_availability_zones()["AvailabilityZones"]
    if config.get("state"):
        zones = [zone for zone in zones if zone["State"] == config["state"]]
    names, ids = [zone["ZoneName"] for zone in zones], [zone["ZoneId"] for zone in zones]
    return {"id": context.region, "names": names, "zone_ids": ids}


DATA: Mapping[str, Callable[[Context, State], State]] = {
    "aws_availability_zones": _zones,
    "aws_caller_identity": _caller,
    "aws_partition": _partition,
    "aws_region": _region,
}


def read_data(context: Context, name: str, block: Block, config: State) -> State:
    """What a data source says, its arguments included. Raises ProviderError for one that isn't known."""
    if name not in DATA:
        raise ProviderError(f"data.{name}: this provider knows its schema, but not how to read it from an emulator")
    given = {attribute: value for attribute, value in config.items() if value is not None}
    found: State = normalize(
        block, given | {"region": config.get("region") or context.region} | DATA[name](context, config)
    )
    return found
