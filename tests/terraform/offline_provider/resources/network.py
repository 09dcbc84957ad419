"""EC2: VPCs, subnets, and the ways into and out of them."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.resources.described import described
from tests.terraform.offline_provider.resources.routes import ROUTES
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]

VPC_SWITCHES = {"enable_dns_support": "EnableDnsSupport", "enable_dns_hostnames": "EnableDnsHostnames"}


def _named(member: str, kind: str) -> Callable[[Context, State, Any], None]:
    """Gives a thing its id and ARN from its own member."""

    def complete(context: Context, state: State, answer: Any) -> None:
        state["id"] = answer[member]
        state["arn"] = context.arn("ec2", f"{kind}/{answer[member]}")

    return complete


def _finish_vpc(context: Context, state: State, changed: Set[str]) -> None:
    for name, member in VPC_SWITCHES.items():
        if name in changed:
            switch = {member: {"Value": bool(state[name])}}
            context.client("ec2").modify_vpc_attribute(VpcId=state["id"], **switch)


def _complete_vpc(context: Context, state: State, answer: Any) -> None:
    _named("VpcId", "vpc")(context, state, answer)
    client, vpc = context.client("ec2"), state["id"]
    for name, member in VPC_SWITCHES.items():
        attribute = member[0].lower() + member[1:]
        state[name] = client.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)[member]["Value"]
    main = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    tables = client.describe_route_tables(Filters=main)["RouteTables"]
    groups = client.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"]
    state["main_route_table_id"] = state["default_route_table_id"] = tables[0]["RouteTableId"] if tables else None
    state["default_security_group_id"] = groups[0]["GroupId"] if groups else None


def _finish_subnet(context: Context, state: State, changed: Set[str]) -> None:
    if "map_public_ip_on_launch" in changed:
        context.client("ec2").modify_subnet_attribute(
            SubnetId=state["id"], MapPublicIpOnLaunch={"Value": bool(state["map_public_ip_on_launch"])}
        )


def _finish_gateway(context: Context, state: State, changed: Set[str]) -> None:
    if "vpc_id" in changed and state.get("vpc_id"):
        context.client("ec2").attach_internet_gateway(InternetGatewayId=state["id"], VpcId=state["vpc_id"])


def _delete_gateway(context: Context, state: State) -> None:
    client, gateway = context.client("ec2"), {"InternetGatewayId": state["id"]}
    if state.get("vpc_id"):
        client.detach_internet_gateway(**gateway, VpcId=state["vpc_id"])
    client.delete_internet_gateway(**gateway)


def _complete_gateway(context: Context, state: State, answer: Any) -> None:
    _named("InternetGatewayId", "internet-gateway")(context, state, answer)
    state["vpc_id"] = next((each["VpcId"] for each in answer.get("Attachments", [])), None)


def _read_nat(context: Context, state: State) -> Any:
    found = described("ec2", "describe_nat_gateways", "NatGatewayIds", "NatGateways")
    assert callable(found)
    answer = found(context, state)
    return answer if answer and answer["State"] not in {"deleted", "deleting"} else None


def _complete_nat(_: Context, state: State, answer: Any) -> None:
    state["id"] = answer["NatGatewayId"]
    only: State = next(iter(answer.get("NatGatewayAddresses", [])), {})
    state |= {"public_ip": only.get("PublicIp"), "private_ip": only.get("PrivateIp")}
    state["allocation_id"] = only.get("AllocationId") or state.get("allocation_id")


def _complete_address(context: Context, state: State, answer: Any) -> None:
    _named("AllocationId", "elastic-ip")(context, state, answer)
    state["allocation_id"] = answer["AllocationId"]


SPECS = {
    **ROUTES,
    "aws_vpc": Spec(
        "ec2",
        "create_vpc",
        described("ec2", "describe_vpcs", "VpcIds", "Vpcs"),
        "delete_vpc",
        inputs={"id": "VpcId"},
        kind="vpc",
        replace="cidr_block instance_tenancy",
        defaults={"instance_tenancy": "default", "enable_dns_support": True, "enable_dns_hostnames": False},
        after=_finish_vpc,
        complete=_complete_vpc,
    ),
    "aws_subnet": Spec(
        "ec2",
        "create_subnet",
        described("ec2", "describe_subnets", "SubnetIds", "Subnets"),
        "delete_subnet",
        names={"arn": "SubnetArn"},
        inputs={"id": "SubnetId"},
        kind="subnet",
        replace="vpc_id cidr_block availability_zone",
        defaults={"map_public_ip_on_launch": False, "assign_ipv6_address_on_creation": False},
        after=_finish_subnet,
        complete=_named("SubnetId", "subnet"),
    ),
    "aws_internet_gateway": Spec(
        "ec2",
        "create_internet_gateway",
        described("ec2", "describe_internet_gateways", "InternetGatewayIds", "InternetGateways"),
        _delete_gateway,
        inputs={"id": "InternetGatewayId"},
        kind="internet-gateway",
        replace="vpc_id",
        after=_finish_gateway,
        complete=_complete_gateway,
    ),
    "aws_eip": Spec(
        "ec2",
        "allocate_address",
        described("ec2", "describe_addresses", "AllocationIds", "Addresses"),
        lambda context, state: context.client("ec2").release_address(AllocationId=state["id"]),
        inputs={"id": "AllocationId"},
        kind="elastic-ip",
        replace="domain",
        complete=_complete_address,
    ),
    "aws_nat_gateway": Spec(
        "ec2",
        "create_nat_gateway",
        _read_nat,
        "delete_nat_gateway",
        inputs={"id": "NatGatewayId"},
        kind="natgateway",
        replace="allocation_id subnet_id connectivity_type",
        defaults={"connectivity_type": "public"},
        complete=_complete_nat,
    ),
}
