"""API Gateway: REST APIs, deployments, stages and the account."""

from __future__ import annotations

import json
from collections.abc import Set
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.resources.openapi import expand
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]

ACCOUNT = "api-gateway-account"


def _arn(context: Context, *parts: str) -> str:
    return context.arn("apigateway", "/" + "/".join(parts), account="")


def _finish_api(context: Context, state: State, changed: Set[str]) -> None:
    client = context.client("apigateway")
    if state.get("body") and "body" in changed:
        expand(client, state["id"], json.loads(state["body"]))


def _complete_api(context: Context, state: State, _: Any) -> None:
    state["arn"] = _arn(context, "restapis", state["id"])
    state["execution_arn"] = context.arn("execute-api", state["id"])
    if not state.get("root_resource_id"):
        items = context.client("apigateway").get_resources(restApiId=state["id"], limit=500)["items"]
        state["root_resource_id"] = next((each["id"] for each in items if each["path"] == "/"), None)


def _put_policy(context: Context, state: State) -> None:
    patch = [{"op": "replace", "path": "/policy", "value": state["policy"]}]
    context.client("apigateway").update_rest_api(restApiId=state["rest_api_id"], patchOperations=patch)


def _read_policy(context: Context, state: State) -> Any:
    found = context.client("apigateway").get_rest_api(restApiId=state["rest_api_id"])
    return {"policy": found["policy"]} if found.get("policy") else None


def _delete_policy(context: Context, state: State) -> None:
    _put_policy(context, state | {"policy": ""})


def _finish_stage(context: Context, state: State, changed: Set[str]) -> None:
    """CreateStage doesn't take the settings of the access log."""
    if state.get("access_log_settings") and "stage_name" in changed:
        settings = state["access_log_settings"][0]
        names = {"destinationArn": "destination_arn", "format": "format"}
        context.client("apigateway").update_stage(
            restApiId=state["rest_api_id"],
            stageName=state["stage_name"],
            patchOperations=[
                {"op": "replace", "path": f"/accessLogSettings/{theirs}", "value": settings[ours]}
                for theirs, ours in names.items()
            ],
        )


def _complete_stage(context: Context, state: State, _: Any) -> None:
    api, name = state["rest_api_id"], state["stage_name"]
    state |= {
        "id": f"ags-{api}-{name}",
        "arn": _arn(context, "restapis", api, "stages", name),
        "execution_arn": context.arn("execute-api", f"{api}/{name}"),
        "invoke_url": f"https://{api}.execute-api.{context.region}.amazonaws.com/{name}",
    }


def _read_account(context: Context, _: State) -> Any:
    return context.client("apigateway").get_account() | {"id": ACCOUNT}


def _set_account(context: Context, state: State) -> Any:
    patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": state.get("cloudwatch_role_arn") or ""}]
    context.client("apigateway").update_account(patchOperations=patch)
    return {"id": ACCOUNT}


SPECS = {
    "aws_api_gateway_rest_api": Spec(
        "apigateway",
        "create_rest_api",
        "get_rest_api",
        "delete_rest_api",
        patch="update_rest_api",
        inputs={"id": "restApiId"},
        kept="endpoint_configuration",
        quiet="body fail_on_warnings parameters put_rest_api_mode",
        after=_finish_api,
        complete=_complete_api,
    ),
    "aws_api_gateway_rest_api_policy": Spec(
        "apigateway",
        _put_policy,
        _read_policy,
        _delete_policy,
        (_put_policy,),
        id="{rest_api_id}",
        replace="rest_api_id",
    ),
    "aws_api_gateway_deployment": Spec(
        "apigateway",
        "create_deployment",
        "get_deployment",
        "delete_deployment",
        patch="update_deployment",
        inputs={"id": "deploymentId"},
        replace="rest_api_id triggers variables",
    ),
    "aws_api_gateway_stage": Spec(
        "apigateway",
        "create_stage",
        "get_stage",
        "delete_stage",
        patch="update_stage",
        names={"xray_tracing_enabled": "tracingEnabled"},
        id="ags-{rest_api_id}-{stage_name}",
        replace="rest_api_id stage_name",
        after=_finish_stage,
        complete=_complete_stage,
    ),
    "aws_api_gateway_account": Spec(
        "apigateway",
        _set_account,
        _read_account,
        lambda context, state: _set_account(context, {}),
        (_set_account,),
        id=ACCOUNT,
        quiet="reset_on_delete",
    ),
}
