"""The real handlers under AWS's own runtime client (awslambdaric), fed by a Runtime API server of ours."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

import pytest

from services.local.catalog import web_services
from tests.gateway.runtime_api import InitError, RuntimeApi
from tests.support.world import World, key_of

PATHS = {
    "customers": "/v1/customers",
    "sales": "/v1/opportunities",
    "accounts": "/v1/people",
    "workspace": "/v1/changes",
    "reports": "/v1/reports/pipeline",
    "forms": "/sign-in",
}


def event(method: str, path: str, body: str | None = None) -> dict[str, Any]:
    """A REST v1 proxy event with what a client of ada's sends."""
    headers = {"Host": "api.example.com", "x-api-key": key_of("ada"), "Content-Type": "application/json"}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"stage": "prod", "domainName": "api.example.com", "requestId": "r-1", "identity": {}},
        "body": body,
        "isBase64Encoded": False,
    }


@pytest.fixture
def environment(world: World) -> dict[str, str]:
    """What a function's environment holds."""
    return {**os.environ, "SKEP_DATABASE_URL": world.settings.database_url}


@pytest.mark.parametrize("service", web_services())
def test_every_service_answers(service: str, environment: dict[str, str]) -> None:
    with RuntimeApi(f"services.{service}.handler.handler", environment=environment) as runtime:
        answer = runtime.invoke(event("GET", PATHS[service]))
    assert answer["statusCode"] == 200, answer
    body = base64.b64decode(answer["body"]).decode() if answer["isBase64Encoded"] else answer["body"]
    assert body.startswith(("{", "<!doctype html>", "<!DOCTYPE html>"))


def test_a_record_is_made_and_the_request_is_logged_in_one_line_without_values(environment: dict[str, str]) -> None:
    with RuntimeApi("services.customers.handler.handler", environment=environment) as runtime:
        answer = runtime.invoke(event("POST", "/v1/customers", json.dumps({"company": "Runtime Ltd"})))
        log = runtime.read_log()
    assert answer["statusCode"] == 201
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{") and '"service"' in line]
    assert [(line["status"], line["route"], line["cold_start"]) for line in lines] == [(201, "/v1/customers", True)]
    assert lines[0]["change_set"] == answer["multiValueHeaders"]["Change-Set"][0]
    assert "Runtime Ltd" not in log
    assert key_of("ada") not in log


def test_a_missing_setting_fails_the_init_and_is_named() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SKEP_DATABASE_URL"}
    with (
        pytest.raises(InitError, match="SKEP_DATABASE_URL"),
        RuntimeApi("services.customers.handler.handler", environment=environment) as runtime,
    ):
        runtime.invoke(event("GET", "/v1/customers"))
