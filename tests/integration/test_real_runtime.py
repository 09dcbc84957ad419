"""The real handlers under AWS's own runtime client (awslambdaric), fed by a Runtime API server of ours."""

from __future__ import annotations

import base64
import json

import pytest

from services.local.catalog import web_services
from services.local.lambda_runtime.failures import InitError
from services.local.lambda_runtime.runtime_api import RuntimeApi
from services.local.lambda_runtime.sandboxes import ProcessFunction
from tests.support.emf import read_metrics
from tests.support.functions import WORK, environment_of, first_event, request
from tests.support.world import World, key_of


@pytest.fixture
def environment(world: World) -> dict[str, str]:
    """What a function's environment holds."""
    return {"SKEP_DATABASE_URL": world.settings.database_url}


def in_process(service: str, environment: dict[str, str] | None = None) -> RuntimeApi:
    """A service's handler in an execution environment of its own."""
    return RuntimeApi(ProcessFunction(f"services.{service}.handler.handler", environment or {}))


@pytest.mark.parametrize("service", web_services())
def test_every_service_answers(service: str, environment: dict[str, str]) -> None:
    with in_process(service, environment) as runtime:
        answer = runtime.invoke(first_event(service))
    assert answer["statusCode"] == 200, answer
    body = base64.b64decode(answer["body"]).decode() if answer["isBase64Encoded"] else answer["body"]
    assert body.startswith(("{", "<!doctype html>", "<!DOCTYPE html>"))


@pytest.mark.parametrize("service", WORK)
def test_every_worker_does_its_work(service: str, world: World) -> None:
    with in_process(service, environment_of(service, world.url)) as runtime:
        for event, fields in WORK[service]:
            assert set(runtime.invoke(event)) == fields
        lines = runtime.read_log().splitlines()
    assert len(lines) == (len(WORK[service]) if service == "automations" else 0)
    for first, line in zip((1, 0), lines, strict=False):
        metrics = {metric.name: metric.value for metric in read_metrics(line)}
        assert (metrics["cold_start"], metrics["failed"]) == (first, 0)


def test_a_record_is_made_and_the_request_is_logged_in_one_line_without_values(environment: dict[str, str]) -> None:
    with in_process("customers", environment) as runtime:
        answer = runtime.invoke(request("POST", "/v1/customers", {"company": "Runtime Ltd"}))
        log = runtime.read_log()
    assert answer["statusCode"] == 201
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{") and '"service"' in line]
    assert [(line["status"], line["route"], line["cold_start"]) for line in lines] == [(201, "/v1/customers", 1)]
    assert lines[0]["change_set"] == answer["multiValueHeaders"]["Change-Set"][0]
    assert "Runtime Ltd" not in log
    assert key_of("ada") not in log


def test_a_missing_setting_fails_the_init_and_is_named() -> None:
    with pytest.raises(InitError, match="SKEP_DATABASE_URL"):
        in_process("customers").start()
