"""IAM: roles and their policies."""

from __future__ import annotations

import json
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Spec, Tagging
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]


def _read_attachment(context: Context, state: State) -> Any:
    attached = context.client("iam").list_attached_role_policies(RoleName=state["role"])["AttachedPolicies"]
    return next((each for each in attached if each["PolicyArn"] == state["policy_arn"]), None)


def _read_policy(context: Context, state: State) -> Any:
    client = context.client("iam")
    policy = client.get_policy(PolicyArn=state["id"])["Policy"]
    version = client.get_policy_version(PolicyArn=state["id"], VersionId=policy["DefaultVersionId"])
    document = version["PolicyVersion"]["Document"]
    return policy | {"PolicyDocument": document if isinstance(document, str) else json.dumps(document)}


def _update_policy(context: Context, state: State) -> None:
    """A new default version in the place of the old one: a policy has room for five."""
    client = context.client("iam")
    old = client.get_policy(PolicyArn=state["id"])["Policy"]["DefaultVersionId"]
    client.create_policy_version(PolicyArn=state["id"], PolicyDocument=state["policy"], SetAsDefault=True)
    client.delete_policy_version(PolicyArn=state["id"], VersionId=old)


def _set_boundary(context: Context, state: State) -> None:
    client, role = context.client("iam"), {"RoleName": state["name"]}
    now = client.get_role(**role)["Role"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    if state.get("permissions_boundary"):
        client.put_role_permissions_boundary(**role, PermissionsBoundary=state["permissions_boundary"])
    elif now:
        client.delete_role_permissions_boundary(**role)


def _complete_role(_: Context, state: State, answer: Any) -> None:
    if state.get("permissions_boundary") is not None:
        state["permissions_boundary"] = answer.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


SPECS = {
    "aws_iam_openid_connect_provider": Spec(
        "iam",
        "create_open_id_connect_provider",
        "get_open_id_connect_provider",
        "delete_open_id_connect_provider",
        names={
            "arn": "OpenIDConnectProviderArn",
            "client_id_list": "ClientIDList",
            "thumbprint_list": "ThumbprintList",
        },
        inputs={"id": "OpenIDConnectProviderArn"},
        id="{arn}",
        replace="url client_id_list",
        unkept="url",
        tagging=Tagging("tag_open_id_connect_provider", "untag_open_id_connect_provider"),
    ),
    "aws_iam_role": Spec(
        "iam",
        "create_role",
        "get_role",
        "delete_role",
        ("update_role", "update_assume_role_policy", _set_boundary),
        path="Role",
        names={"name": "RoleName", "assume_role_policy": "AssumeRolePolicyDocument", "unique_id": "RoleId"},
        by_operation={"update_assume_role_policy": {"assume_role_policy": "PolicyDocument"}},
        id="{name}",
        replace="name name_prefix path",
        quiet="force_detach_policies",
        defaults={"path": "/", "max_session_duration": 3600, "force_detach_policies": False},
        tagging=Tagging("tag_role", "untag_role", value="name"),
        complete=_complete_role,
    ),
    "aws_iam_role_policy": Spec(
        "iam",
        "put_role_policy",
        "get_role_policy",
        "delete_role_policy",
        ("put_role_policy",),
        names={"name": "PolicyName", "policy": "PolicyDocument", "role": "RoleName"},
        id="{role}:{name}",
        replace="name name_prefix role",
    ),
    "aws_iam_role_policy_attachment": Spec(
        "iam",
        "attach_role_policy",
        _read_attachment,
        "detach_role_policy",
        names={"role": "RoleName"},
        id="{role}/{policy_arn}",
        replace="*",
    ),
    "aws_iam_policy": Spec(
        "iam",
        "create_policy",
        _read_policy,
        "delete_policy",
        (_update_policy,),
        names={"name": "PolicyName", "policy": "PolicyDocument"},
        inputs={"id": "PolicyArn"},
        id="{arn}",
        replace="name name_prefix path description",
        defaults={"path": "/"},
        tagging=Tagging("tag_policy", "untag_policy"),
    ),
}
