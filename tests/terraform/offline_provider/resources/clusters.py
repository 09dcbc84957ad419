"""RDS: Aurora clusters and their instances, parameters, and the proxy before a database."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.resources.described import described
from tests.terraform.offline_provider.spec import Call, Spec
from tests.terraform.offline_provider.values import State

__all__ = ["CLUSTERS", "put_parameters", "read_parameters"]

AT_ONCE = 20
"""What one request may change."""


def put_parameters(member: str, operation: str) -> Callable[[Context, State, Set[str]], None]:
    """Sets a group's parameters. member: what names the group."""

    def put(context: Context, state: State, changed: Set[str]) -> None:
        wanted = [
            {
                "ParameterName": each["name"],
                "ParameterValue": str(each["value"]),
                "ApplyMethod": each.get("apply_method") or "immediate",
            }
            for each in (state.get("parameter") or [] if "parameter" in changed else [])
        ]
        for begin in range(0, len(wanted), AT_ONCE):
            some = {member: state["name"], "Parameters": wanted[begin : begin + AT_ONCE]}
            getattr(context.client("rds"), operation)(**some)

    return put


def read_parameters(group: str, operation: str, parameters: str) -> Call:
    """A group with the parameters that the state knows of: the others are the family's own."""

    def read(context: Context, state: State) -> Any:
        client, name = context.client("rds"), {f"{group}Name": state["name"]}
        found = getattr(client, operation)(**name)[f"{group}s"]
        if not found:
            return None
        pages = client.get_paginator(parameters).paginate(**name)
        values = {each["ParameterName"]: each for page in pages for each in page["Parameters"]}
        known = [
            {
                "name": each["name"],
                "value": values.get(each["name"], {}).get("ParameterValue", each["value"]),
                "apply_method": each.get("apply_method"),
            }
            for each in state.get("parameter") or []
        ]
        return found[0] | {"parameter": known}

    return read


def _tags(context: Context, state: State) -> Any:
    return context.client("rds").list_tags_for_resource(ResourceName=state["arn"])["TagList"]


def _read_target_group(context: Context, state: State) -> Any:
    name = {"DBProxyName": state["db_proxy_name"]}
    found = context.client("rds").describe_db_proxy_target_groups(**name)["TargetGroups"]
    return found[0] | {"name": found[0]["TargetGroupName"], "arn": found[0]["TargetGroupArn"]} if found else None


def _put_target_group(context: Context, state: State) -> Any:
    pool = (state.get("connection_pool_config") or [{}])[0]
    numbers = {
        "connection_borrow_timeout": "ConnectionBorrowTimeout",
        "max_connections_percent": "MaxConnectionsPercent",
        "max_idle_connections_percent": "MaxIdleConnectionsPercent",
    }
    sent: dict[str, Any] = {theirs: int(pool[ours]) for ours, theirs in numbers.items() if pool.get(ours) is not None}
    if pool.get("session_pinning_filters"):
        sent["SessionPinningFilters"] = pool["session_pinning_filters"]
    context.client("rds").modify_db_proxy_target_group(
        DBProxyName=state["db_proxy_name"], TargetGroupName="default", ConnectionPoolConfig=sent
    )
    return {"Id": state["db_proxy_name"]}


def _register(context: Context, state: State) -> Any:
    names = {"db_instance_identifier": "DBInstanceIdentifiers", "db_cluster_identifier": "DBClusterIdentifiers"}
    sent = {theirs: [state[ours]] for ours, theirs in names.items() if state.get(ours)}
    context.client("rds").register_db_proxy_targets(
        DBProxyName=state["db_proxy_name"], TargetGroupName=state["target_group_name"], **sent
    )
    return {"Id": "/".join([state["db_proxy_name"], state["target_group_name"], *next(iter(sent.values()))])}


def _read_target(context: Context, state: State) -> Any:
    name = {"DBProxyName": state["db_proxy_name"], "TargetGroupName": state["target_group_name"]}
    found = context.client("rds").describe_db_proxy_targets(**name)["Targets"]
    wanted = {state.get("db_instance_identifier"), state.get("db_cluster_identifier")} - {None}
    return next((each for each in found if each.get("RdsResourceId") in wanted), None)


def _deregister(context: Context, state: State) -> None:
    names = {"db_instance_identifier": "DBInstanceIdentifiers", "db_cluster_identifier": "DBClusterIdentifiers"}
    sent = {theirs: [state[ours]] for ours, theirs in names.items() if state.get(ours)}
    context.client("rds").deregister_db_proxy_targets(
        DBProxyName=state["db_proxy_name"], TargetGroupName=state["target_group_name"], **sent
    )


CLUSTERS = {
    "aws_rds_cluster_parameter_group": Spec(
        "rds",
        "create_db_cluster_parameter_group",
        read_parameters(
            "DBClusterParameterGroup", "describe_db_cluster_parameter_groups", "describe_db_cluster_parameters"
        ),
        "delete_db_cluster_parameter_group",
        names={
            "name": "DBClusterParameterGroupName",
            "family": "DBParameterGroupFamily",
            "arn": "DBClusterParameterGroupArn",
        },
        id="{name}",
        replace="name name_prefix family description",
        defaults={"description": "Managed by Terraform"},
        tags=_tags,
        after=put_parameters("DBClusterParameterGroupName", "modify_db_cluster_parameter_group"),
    ),
    "aws_db_proxy": Spec(
        "rds",
        "create_db_proxy",
        described("rds", "describe_db_proxies", "DBProxyName", "DBProxies", "name"),
        "delete_db_proxy",
        ("modify_db_proxy",),
        names={"name": "DBProxyName", "arn": "DBProxyArn"},
        by_operation={
            "create_db_proxy": {"require_tls": "RequireTLS"},
            "modify_db_proxy": {"require_tls": "RequireTLS", "vpc_security_group_ids": "SecurityGroups"},
        },
        id="{name}",
        replace="name engine_family vpc_subnet_ids",
        defaults={"idle_client_timeout": 1800, "require_tls": False, "debug_logging": False},
        tags=_tags,
    ),
    "aws_db_proxy_default_target_group": Spec(
        "rds",
        _put_target_group,
        _read_target_group,
        None,
        (_put_target_group,),
        id="{db_proxy_name}",
        replace="db_proxy_name",
    ),
    "aws_db_proxy_target": Spec("rds", _register, _read_target, _deregister, replace="*"),
}
