"""EC2: route tables, endpoints of AWS services, and the log of who talked to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.resources.described import described, tag_list
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["ROUTES"]

TARGETS = {"gateway_id": "GatewayId", "nat_gateway_id": "NatGatewayId", "vpc_endpoint_id": "VpcEndpointId"}
DESTINATIONS = {
    "destination_cidr_block": "DestinationCidrBlock",
    "destination_ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_prefix_list_id": "DestinationPrefixListId",
}


def _complete_table(context: Context, state: State, answer: Any) -> None:
    state["id"] = answer["RouteTableId"]
    state["arn"] = context.arn("ec2", f"route-table/{state['id']}")


def _taken(state: State, names: Mapping[str, str]) -> dict[str, Any]:
    return {theirs: state[ours] for ours, theirs in names.items() if state.get(ours)}


def _put_route(context: Context, state: State) -> Any:
    sent = _taken(state, TARGETS) | _taken(state, DESTINATIONS)
    context.client("ec2").create_route(RouteTableId=state["route_table_id"], **sent)
    destination = next(iter(_taken(state, DESTINATIONS).values()))
    return {"Id": f"r-{state['route_table_id']}{destination}"}


def _read_route(context: Context, state: State) -> Any:
    tables = context.client("ec2").describe_route_tables(RouteTableIds=[state["route_table_id"]])["RouteTables"]
    wanted = _taken(state, DESTINATIONS)
    routes = tables[0]["Routes"] if tables else []
    return next((each for each in routes if wanted.items() <= each.items()), None)


def _replace_route(context: Context, state: State) -> None:
    sent = _taken(state, TARGETS) | _taken(state, DESTINATIONS)
    context.client("ec2").replace_route(RouteTableId=state["route_table_id"], **sent)


def _delete_route(context: Context, state: State) -> None:
    context.client("ec2").delete_route(RouteTableId=state["route_table_id"], **_taken(state, DESTINATIONS))


def _associate(context: Context, state: State) -> Any:
    sent = {"RouteTableId": state["route_table_id"], "SubnetId": state["subnet_id"]}
    return {"Id": context.client("ec2").associate_route_table(**sent)["AssociationId"]}


def _read_association(context: Context, state: State) -> Any:
    tables = context.client("ec2").describe_route_tables(RouteTableIds=[state["route_table_id"]])["RouteTables"]
    found = [each for table in tables for each in table["Associations"]]
    return next((each for each in found if each["RouteTableAssociationId"] == state["id"]), None)


def _update_endpoint(context: Context, state: State) -> None:
    """ModifyVpcEndpoint takes what comes and what goes, not what is to be."""
    client, name = context.client("ec2"), state["id"]
    now = client.describe_vpc_endpoints(VpcEndpointIds=[name])["VpcEndpoints"][0]
    lists = {
        "RouteTableIds": (now.get("RouteTableIds", []), state.get("route_table_ids")),
        "SubnetIds": (now.get("SubnetIds", []), state.get("subnet_ids")),
        "SecurityGroupIds": ([group["GroupId"] for group in now.get("Groups", [])], state.get("security_group_ids")),
    }
    sent: dict[str, Any] = {"PolicyDocument": state["policy"]} if state.get("policy") else {}
    for member, (before, after) in lists.items():
        sent |= {f"Add{member}": sorted(set(after or []) - set(before))}
        sent |= {f"Remove{member}": sorted(set(before) - set(after or []))}
    client.modify_vpc_endpoint(VpcEndpointId=name, **{member: value for member, value in sent.items() if value})


def _complete_endpoint(context: Context, state: State, answer: Any) -> None:
    state["id"] = answer["VpcEndpointId"]
    state["arn"] = context.arn("ec2", f"vpc-endpoint/{state['id']}")
    if answer.get("Groups"):
        state["security_group_ids"] = [group["GroupId"] for group in answer["Groups"]]
    if answer["VpcEndpointType"] == "Gateway":
        lists = context.client("ec2").describe_prefix_lists(
            Filters=[{"Name": "prefix-list-name", "Values": [answer["ServiceName"]]}]
        )["PrefixLists"]
        state["prefix_list_id"] = lists[0]["PrefixListId"] if lists else None
        state["cidr_blocks"] = lists[0].get("Cidrs", []) if lists else []


def _create_flow_log(context: Context, state: State) -> Any:
    kinds = {"vpc_id": "VPC", "subnet_id": "Subnet", "eni_id": "NetworkInterface"}
    name, kind = next((name, kind) for name, kind in kinds.items() if state.get(name))
    names = {
        "traffic_type": "TrafficType",
        "log_destination_type": "LogDestinationType",
        "log_destination": "LogDestination",
        "iam_role_arn": "DeliverLogsPermissionArn",
        "log_format": "LogFormat",
    }
    sent = _taken(state, names)
    if state.get("max_aggregation_interval"):
        sent["MaxAggregationInterval"] = int(state["max_aggregation_interval"])
    client = context.client("ec2")
    made: str = client.create_flow_logs(ResourceIds=[state[name]], ResourceType=kind, **sent)["FlowLogIds"][0]
    if state.get("tags_all"):  # the emulator loses those of the request
        client.create_tags(Resources=[made], Tags=tag_list(state["tags_all"]))
    return {"Id": made}


def _complete_flow_log(context: Context, state: State, _: Any) -> None:
    state["arn"] = context.arn("ec2", f"vpc-flow-log/{state['id']}")


ROUTES = {
    "aws_route_table": Spec(
        "ec2",
        "create_route_table",
        described("ec2", "describe_route_tables", "RouteTableIds", "RouteTables"),
        "delete_route_table",
        inputs={"id": "RouteTableId"},
        kind="route-table",
        replace="vpc_id",
        complete=_complete_table,
    ),
    "aws_route": Spec(
        "ec2",
        _put_route,
        _read_route,
        _delete_route,
        (_replace_route,),
        replace="route_table_id destination_cidr_block destination_ipv6_cidr_block destination_prefix_list_id",
    ),
    "aws_route_table_association": Spec(
        "ec2",
        _associate,
        _read_association,
        lambda context, state: context.client("ec2").disassociate_route_table(AssociationId=state["id"]),
        replace="*",
    ),
    "aws_vpc_endpoint": Spec(
        "ec2",
        "create_vpc_endpoint",
        described("ec2", "describe_vpc_endpoints", "VpcEndpointIds", "VpcEndpoints"),
        lambda context, state: context.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[state["id"]]),
        (_update_endpoint,),
        names={"policy": "PolicyDocument"},
        inputs={"id": "VpcEndpointId"},
        kind="vpc-endpoint",
        replace="vpc_id service_name vpc_endpoint_type",
        complete=_complete_endpoint,
    ),
    "aws_flow_log": Spec(
        "ec2",
        _create_flow_log,
        described("ec2", "describe_flow_logs", "FlowLogIds", "FlowLogs"),
        lambda context, state: context.client("ec2").delete_flow_logs(FlowLogIds=[state["id"]]),
        replace="*",
        defaults={"max_aggregation_interval": 600},
        complete=_complete_flow_log,
    ),
}
