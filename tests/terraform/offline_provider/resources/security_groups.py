"""EC2: security groups and their rules, each rule a resource."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.resources.described import described, tag_list
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import ProviderError, State

__all__ = ["SPECS"]

ANYWHERE = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
PEERS = {
    "cidr_ipv4": ("IpRanges", "CidrIp"),
    "cidr_ipv6": ("Ipv6Ranges", "CidrIpv6"),
    "prefix_list_id": ("PrefixListIds", "PrefixListId"),
    "referenced_security_group_id": ("UserIdGroupPairs", "GroupId"),
}


def _finish_group(context: Context, state: State, changed: Set[str]) -> None:
    """A new group lets everything out: the provider takes that away, so that all its rules are written down."""
    if "name" in changed:
        context.client("ec2").revoke_security_group_egress(GroupId=state["id"], IpPermissions=ANYWHERE)


def _complete_group(context: Context, state: State, answer: Any) -> None:
    state["id"] = answer["GroupId"]
    state["arn"] = context.arn("ec2", f"security-group/{answer['GroupId']}")
    state["description"], state["owner_id"] = answer["Description"], answer.get("OwnerId")


def _before(_: Context, operation: str, sent: dict[str, Any], state: State) -> None:
    if operation == "delete_security_group":
        sent["GroupId"] = state["id"]


def _adopt_default(context: Context, state: State) -> Any:
    """A VPC's own group can be neither made nor deleted: it loses all of its rules."""
    client = context.client("ec2")
    found = client.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [state["vpc_id"]]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"]
    if not found:
        raise ProviderError(f"{state['vpc_id']} has no default security group")
    group = found[0]
    if group.get("IpPermissions"):
        client.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    if group.get("IpPermissionsEgress"):
        client.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
    if state.get("tags_all"):
        client.create_tags(Resources=[group["GroupId"]], Tags=tag_list(state["tags_all"]))
    return {"Id": group["GroupId"]}


def _rule(direction: str) -> Spec:
    """A rule of one direction: ingress or egress."""

    def create(context: Context, state: State) -> Any:
        permission: dict[str, Any] = {"IpProtocol": state["ip_protocol"]}
        ports = {"from_port": "FromPort", "to_port": "ToPort"}
        permission |= {theirs: int(state[ours]) for ours, theirs in ports.items() if state.get(ours) is not None}
        ours = next(name for name in PEERS if state.get(name))
        group, member = PEERS[ours]
        peer = {member: state[ours]} | ({"Description": state["description"]} if state.get("description") else {})
        made = getattr(context.client("ec2"), f"authorize_security_group_{direction}")(
            GroupId=state["security_group_id"],
            IpPermissions=[permission | {group: [peer]}],
            TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": tag_list(state.get("tags_all"))}],
        )
        return made["SecurityGroupRules"][0]

    def remove(context: Context, state: State) -> None:
        getattr(context.client("ec2"), f"revoke_security_group_{direction}")(
            GroupId=state["security_group_id"], SecurityGroupRuleIds=[state["id"]]
        )

    return Spec(
        "ec2",
        create,
        described("ec2", "describe_security_group_rules", "SecurityGroupRuleIds", "SecurityGroupRules"),
        remove,
        names={"security_group_rule_id": "SecurityGroupRuleId"},
        id="{security_group_rule_id}",
        replace="*",
        complete=_complete_rule,
    )


def _complete_rule(context: Context, state: State, _: Any) -> None:
    state["arn"] = context.arn("ec2", f"security-group-rule/{state['id']}")


SPECS = {
    "aws_security_group": Spec(
        "ec2",
        "create_security_group",
        described("ec2", "describe_security_groups", "GroupIds", "SecurityGroups"),
        "delete_security_group",
        names={"name": "GroupName"},
        inputs={"id": "GroupId"},
        kind="security-group",
        replace="name name_prefix description vpc_id",
        quiet="revoke_rules_on_delete",
        defaults={"description": "Managed by Terraform", "revoke_rules_on_delete": False},
        before=_before,
        after=_finish_group,
        complete=_complete_group,
    ),
    "aws_default_security_group": Spec(
        "ec2",
        _adopt_default,
        described("ec2", "describe_security_groups", "GroupIds", "SecurityGroups"),
        names={"name": "GroupName"},
        replace="vpc_id",
        quiet="revoke_rules_on_delete",
        complete=_complete_group,
    ),
    "aws_vpc_security_group_ingress_rule": _rule("ingress"),
    "aws_vpc_security_group_egress_rule": _rule("egress"),
}
