"""RDS: instances, their networks and parameters."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.resources.clusters import CLUSTERS, put_parameters, read_parameters
from tests.terraform.offline_provider.resources.described import described
from tests.terraform.offline_provider.shapes import input_shape, parameters
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]

WAIT = {"Delay": 1, "MaxAttempts": 120}


NAMES = {
    "arn": "DBInstanceArn",
    "backup_window": "PreferredBackupWindow",
    "ca_cert_identifier": "CACertificateIdentifier",
    "db_name": "DBName",
    "db_subnet_group_name": "DBSubnetGroupName",
    "enabled_cloudwatch_logs_exports": "EnabledCloudwatchLogsExports",
    "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
    "identifier": "DBInstanceIdentifier",
    "instance_class": "DBInstanceClass",
    "maintenance_window": "PreferredMaintenanceWindow",
    "multi_az": "MultiAZ",
    "parameter_group_name": "DBParameterGroupName",
    "password": "MasterUserPassword",
    "performance_insights_enabled": "PerformanceInsightsEnabled",
    "performance_insights_kms_key_id": "PerformanceInsightsKMSKeyId",
    "replicate_source_db": "SourceDBInstanceIdentifier",
    "resource_id": "DbiResourceId",
    "status": "DBInstanceStatus",
    "username": "MasterUsername",
}
SENT = NAMES | {
    "enabled_cloudwatch_logs_exports": "EnableCloudwatchLogsExports",
    "iam_database_authentication_enabled": "EnableIAMDatabaseAuthentication",
    "performance_insights_enabled": "EnablePerformanceInsights",
}
"""Requests call the same by other names than answers do."""
MODIFIED_OTHERWISE = frozenset({"enabled_cloudwatch_logs_exports", "tags", "tags_all"})


def _create_instance(context: Context, state: State) -> Any:
    """A replica is made by an operation of its own, which takes less."""
    client = context.client("rds")
    operation = "create_db_instance_read_replica" if state.get("replicate_source_db") else "create_db_instance"
    sent = parameters(input_shape(client, operation), state | {"password": _password(state)}, SENT)
    made = getattr(client, operation)(**sent)["DBInstance"]
    client.get_waiter("db_instance_available").wait(DBInstanceIdentifier=state["identifier"], WaiterConfig=WAIT)
    return {"Id": made.get("DbiResourceId") or state["identifier"]}


def _password(state: State) -> Any:
    return state.get("password_wo") or state.get("password")


def _finish_instance(context: Context, state: State, changed: Set[str]) -> None:
    if "identifier" in changed:
        return
    client = context.client("rds")
    wanted = {name: state.get(name) for name in changed - MODIFIED_OTHERWISE}
    if "password_wo_version" in changed:
        wanted["password"] = _password(state)
    sent = parameters(input_shape(client, "modify_db_instance"), wanted, SENT)
    if sent:
        name = {"DBInstanceIdentifier": state["identifier"]}
        client.modify_db_instance(**name, **sent | {"ApplyImmediately": bool(state.get("apply_immediately"))})
        client.get_waiter("db_instance_available").wait(**name, WaiterConfig=WAIT)


def _delete_instance(context: Context, state: State) -> None:
    client, name = context.client("rds"), {"DBInstanceIdentifier": state["identifier"]}
    last: dict[str, Any] = {"SkipFinalSnapshot": True}
    if not state.get("skip_final_snapshot") and not state.get("replicate_source_db"):
        last = {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": state["final_snapshot_identifier"]}
    client.delete_db_instance(**name, **last)
    client.get_waiter("db_instance_deleted").wait(**name, WaiterConfig=WAIT)


def _complete_instance(_: Context, state: State, answer: Any) -> None:
    where = answer.get("Endpoint") or {}
    groups = [group["VpcSecurityGroupId"] for group in answer.get("VpcSecurityGroups", [])]
    group = next((each["DBParameterGroupName"] for each in answer.get("DBParameterGroups", [])), None)
    state |= {
        "id": answer.get("DbiResourceId") or state["identifier"],
        "address": where.get("Address"),
        "port": where.get("Port") or state.get("port"),
        "hosted_zone_id": where.get("HostedZoneId"),
        "endpoint": f"{where.get('Address')}:{where.get('Port')}",
        "vpc_security_group_ids": groups or state.get("vpc_security_group_ids"),
        "db_subnet_group_name": answer.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
        "parameter_group_name": group or state.get("parameter_group_name"),
        "engine_version_actual": answer.get("EngineVersion"),
        # A configured "17" stands for whichever 17.x runs.
        "engine_version": state.get("engine_version") or answer.get("EngineVersion"),
    }


SPECS = {
    **CLUSTERS,
    "aws_db_subnet_group": Spec(
        "rds",
        "create_db_subnet_group",
        described("rds", "describe_db_subnet_groups", "DBSubnetGroupName", "DBSubnetGroups", "name"),
        "delete_db_subnet_group",
        ("modify_db_subnet_group",),
        names={"name": "DBSubnetGroupName", "description": "DBSubnetGroupDescription", "arn": "DBSubnetGroupArn"},
        id="{name}",
        replace="name name_prefix",
        defaults={"description": "Managed by Terraform"},
        tags=lambda context, state: context.client("rds").list_tags_for_resource(ResourceName=state["arn"])["TagList"],
    ),
    "aws_db_parameter_group": Spec(
        "rds",
        "create_db_parameter_group",
        read_parameters("DBParameterGroup", "describe_db_parameter_groups", "describe_db_parameters"),
        "delete_db_parameter_group",
        names={
            "name": "DBParameterGroupName",
            "family": "DBParameterGroupFamily",
            "arn": "DBParameterGroupArn",
        },
        id="{name}",
        replace="name name_prefix family description",
        quiet="skip_destroy",
        defaults={"description": "Managed by Terraform"},
        tags=lambda context, state: context.client("rds").list_tags_for_resource(ResourceName=state["arn"])["TagList"],
        after=put_parameters("DBParameterGroupName", "modify_db_parameter_group"),
    ),
    "aws_db_instance": Spec(
        "rds",
        _create_instance,
        described("rds", "describe_db_instances", "DBInstanceIdentifier", "DBInstances", "identifier"),
        _delete_instance,
        names=NAMES,
        replace="identifier identifier_prefix username db_name engine kms_key_id storage_encrypted "
        "db_subnet_group_name availability_zone",
        unkept="port backup_window enabled_cloudwatch_logs_exports",
        quiet="skip_final_snapshot final_snapshot_identifier delete_automated_backups apply_immediately "
        "allow_major_version_upgrade",
        defaults={
            "auto_minor_version_upgrade": True,
            "copy_tags_to_snapshot": False,
            "delete_automated_backups": True,
            "skip_final_snapshot": False,
            "monitoring_interval": 0,
            "performance_insights_enabled": False,
            "publicly_accessible": False,
            "apply_immediately": False,
        },
        tags=lambda context, state: context.client("rds").list_tags_for_resource(ResourceName=state["arn"])["TagList"],
        after=_finish_instance,
        complete=_complete_instance,
    ),
}
