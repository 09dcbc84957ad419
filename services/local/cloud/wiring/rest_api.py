"""The REST API: a resource for each route, the assets from S3, problem documents, keys and throttling."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.local.api_gateway.messages import BadGateway, GatewayTimeout
from services.local.api_gateway.proxy_event import BINARY_MEDIA_TYPES
from services.local.cloud.plan import STAGE, Plan
from services.local.cloud.wiring.functions import alias_arn
from services.local.cloud.wiring.storage import assets_bucket
from services.shared.errors import BadRequest, Forbidden, NotFound, SkepError, TooLarge, problem

__all__ = ["BURST", "RATE", "create_rest_api"]

RATE, BURST = 50.0, 100
"""Requests a second that one key may send, and how many at once."""


class TooManyRequests(SkepError):
    """You send more requests than your key allows. Wait a second and try again."""

    status, code = 429, "too_many_requests"


RESPONSES: Mapping[str, SkepError] = {
    "MISSING_AUTHENTICATION_TOKEN": NotFound("There is nothing at this address."),
    "INVALID_API_KEY": Forbidden("Send a valid API key in the header x-api-key."),
    "ACCESS_DENIED": Forbidden("Sign the request as an IAM role that may call this API."),
    "THROTTLED": TooManyRequests(),
    "QUOTA_EXCEEDED": TooManyRequests("Your key has used up what it may send."),
    "REQUEST_TOO_LARGE": TooLarge(),
    "BAD_REQUEST_BODY": BadRequest(),
    "BAD_REQUEST_PARAMETERS": BadRequest(),
    "INTEGRATION_FAILURE": BadGateway(),
    "INTEGRATION_TIMEOUT": GatewayTimeout(),
    "API_CONFIGURATION_ERROR": BadGateway(),
    "DEFAULT_5XX": BadGateway(),
}
"""What API Gateway itself says, in the words of the platform."""


def create_rest_api(plan: Plan, connect: Callable[[str], Any]) -> str:
    """Makes the API, deploys it to the stage, and gives the id of the usage plan that clients' keys go into."""
    gateway = connect("apigateway")
    gateway.create_rest_api(
        name=plan.name,
        binaryMediaTypes=list(BINARY_MEDIA_TYPES),
        endpointConfiguration={"types": ["REGIONAL"]},
        tags={"ms-custom-id": plan.api_id},
    )
    resources = _Resources(gateway, plan.api_id)
    region = gateway.meta.region_name
    for route in plan.routes:
        function = alias_arn(plan, route["service"])
        uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations"
        resources.put(
            route["path"],
            "ANY",
            {
                "authorizationType": "AWS_IAM" if route["authorization"] == "iam" else "NONE",
                "apiKeyRequired": route["authorization"] == "api_key",
            },
            {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": uri},
        )
    _put_assets(plan, resources)
    for kind, error in RESPONSES.items():
        gateway.put_gateway_response(restApiId=plan.api_id, responseType=kind, **_gateway_response(error))
    gateway.create_deployment(restApiId=plan.api_id, stageName=STAGE)
    usage_plan = gateway.create_usage_plan(
        name=f"{plan.name}-clients",
        throttle={"rateLimit": RATE, "burstLimit": BURST},
        apiStages=[{"apiId": plan.api_id, "stage": STAGE}],
    )
    return str(usage_plan["id"])


def _put_assets(plan: Plan, resources: _Resources) -> None:
    # On AWS an integration with S3 itself (arn:aws:apigateway:…:s3:path/…), which the emulator does not know.
    resources.put(
        "/assets/{file}",
        "GET",
        {"authorizationType": "NONE", "requestParameters": {"method.request.path.file": True}},
        {
            "type": "HTTP_PROXY",
            "integrationHttpMethod": "GET",
            "uri": f"{plan.endpoint}/{assets_bucket(plan)}/{{file}}",
            "requestParameters": {"integration.request.path.file": "method.request.path.file"},
        },
    )


def _gateway_response(error: SkepError) -> dict[str, Any]:
    body = problem(error, "$context.requestId")
    return {
        "statusCode": str(error.status),
        "responseParameters": {"gatewayresponse.header.Content-Type": "'application/problem+json'"},
        "responseTemplates": {"application/json": json.dumps(body)},
    }


class _Resources:
    """The tree of an API's paths; each is made when it is first asked for."""

    def __init__(self, gateway: Any, api_id: str) -> None:
        self._gateway, self._api_id = gateway, api_id
        root = gateway.get_resources(restApiId=api_id)["items"][0]["id"]
        self._ids: dict[str, str] = {"": root}

    def put(self, path: str, verb: str, method: dict[str, Any], integration: dict[str, Any]) -> None:
        """Gives a path a method. method: for PutMethod; integration: for PutIntegration."""
        where = {"restApiId": self._api_id, "resourceId": self._find(path.rstrip("/")), "httpMethod": verb}
        self._gateway.put_method(**where, **method)
        self._gateway.put_integration(**where, **integration)

    def _find(self, path: str) -> str:
        for parent, part in _steps(path):
            whole = f"{parent}/{part}"
            if whole not in self._ids:
                made = self._gateway.create_resource(restApiId=self._api_id, parentId=self._ids[parent], pathPart=part)
                self._ids[whole] = made["id"]
        return self._ids[path]


def _steps(path: str) -> Iterator[tuple[str, str]]:
    """Each part of a path with what stands before it: /a/b -> ("", "a"), ("/a", "b")."""
    parent = ""
    for part in path.split("/")[1:]:
        yield parent, part
        parent += f"/{part}"
