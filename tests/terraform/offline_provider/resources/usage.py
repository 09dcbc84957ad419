"""API Gateway: how stages may be used. Method settings, gateway responses, usage plans."""

from __future__ import annotations

from collections.abc import Set
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import State

__all__ = ["SPECS"]

SETTINGS = {
    "metrics_enabled": "metrics/enabled",
    "logging_level": "logging/loglevel",
    "data_trace_enabled": "logging/dataTrace",
    "throttling_burst_limit": "throttling/burstLimit",
    "throttling_rate_limit": "throttling/rateLimit",
    "caching_enabled": "caching/enabled",
}


def _stage(state: State) -> dict[str, str]:
    return {"restApiId": state["rest_api_id"], "stageName": state["stage_name"]}


def _put_settings(context: Context, state: State) -> Any:
    settings = state["settings"][0]
    patch = [
        {"op": "replace", "path": f"/{state['method_path']}/{path}", "value": _spelled(settings[name])}
        for name, path in SETTINGS.items()
        if settings.get(name) is not None
    ]
    context.client("apigateway").update_stage(**_stage(state), patchOperations=patch)
    return {}


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_settings(context: Context, state: State) -> Any:
    found = context.client("apigateway").get_stage(**_stage(state)).get("methodSettings", {})
    return {"settings": [found[state["method_path"]]]} if state["method_path"] in found else None


def _delete_settings(context: Context, state: State) -> None:
    patch = [{"op": "remove", "path": f"/{state['method_path']}"}]
    context.client("apigateway").update_stage(**_stage(state), patchOperations=patch)


def _stages(state: State) -> set[str]:
    return {f"{each['api_id']}:{each['stage']}" for each in state.get("api_stages") or []}


def _leave_stages(context: Context, plan: str, stages: Set[str]) -> None:
    """A stage may be gone already, and the plan's place in it with it."""
    for stage in sorted(stages):
        with suppress(ClientError):
            patch = [{"op": "remove", "path": "/apiStages", "value": stage}]
            context.client("apigateway").update_usage_plan(usagePlanId=plan, patchOperations=patch)


def _set_stages(context: Context, state: State) -> None:
    client, plan = context.client("apigateway"), state["id"]
    now = {f"{each['apiId']}:{each['stage']}" for each in client.get_usage_plan(usagePlanId=plan).get("apiStages", [])}
    _leave_stages(context, plan, now - _stages(state))
    patch = [{"op": "add", "path": "/apiStages", "value": stage} for stage in sorted(_stages(state) - now)]
    if patch:
        client.update_usage_plan(usagePlanId=plan, patchOperations=patch)


def _delete_plan(context: Context, state: State) -> None:
    _leave_stages(context, state["id"], _stages(state))  # AWS keeps a plan that still has one
    context.client("apigateway").delete_usage_plan(usagePlanId=state["id"])


def _complete_plan(context: Context, state: State, answer: Any) -> None:
    state["arn"] = context.arn("apigateway", f"/usageplans/{state['id']}", account="")
    if not answer.get("apiStages"):
        state["api_stages"] = []


def _complete_key(context: Context, state: State, _: Any) -> None:
    state["arn"] = context.arn("apigateway", f"/apikeys/{state['id']}", account="")


def _before_key(_: Context, operation: str, sent: dict[str, Any], __: State) -> None:
    if operation == "get_api_key":
        sent["includeValue"] = True


SPECS = {
    "aws_api_gateway_method_settings": Spec(
        "apigateway",
        _put_settings,
        _read_settings,
        _delete_settings,
        (_put_settings,),
        id="{rest_api_id}-{stage_name}-{method_path}",
        replace="rest_api_id stage_name method_path",
    ),
    "aws_api_gateway_gateway_response": Spec(
        "apigateway",
        "put_gateway_response",
        "get_gateway_response",
        "delete_gateway_response",
        ("put_gateway_response",),
        id="aggr-{rest_api_id}-{response_type}",
        replace="rest_api_id response_type",
    ),
    "aws_api_gateway_usage_plan": Spec(
        "apigateway",
        "create_usage_plan",
        "get_usage_plan",
        _delete_plan,
        (_set_stages,),
        patch="update_usage_plan",
        inputs={"id": "usagePlanId"},
        names={"throttle_settings": "throttle", "quota_settings": "quota"},
        unpatched="api_stages",
        complete=_complete_plan,
    ),
    "aws_api_gateway_api_key": Spec(
        "apigateway",
        "create_api_key",
        "get_api_key",
        "delete_api_key",
        patch="update_api_key",
        inputs={"id": "apiKey"},
        replace="value",
        defaults={"enabled": True, "description": "Managed by Terraform"},
        before=_before_key,
        complete=_complete_key,
    ),
    "aws_api_gateway_usage_plan_key": Spec(
        "apigateway",
        "create_usage_plan_key",
        "get_usage_plan_key",
        "delete_usage_plan_key",
        replace="*",
    ),
}
