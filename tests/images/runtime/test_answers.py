"""Every image answers its service's event under AWS's own runtime client, and writes a log that machines read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.local.catalog import read_catalog, web_services
from services.local.lambda_runtime.failures import FunctionError, InitError
from services.local.lambda_runtime.runtime_api import RuntimeApi
from tests.images.runtime.conftest import Launch
from tests.support.emf import read_metrics
from tests.support.functions import REQUESTS, WORK, environment_of, first_event, request
from tests.support.world import World, key_of


def log_lines(runtime: RuntimeApi) -> list[dict[str, Any]]:
    """What a function has written up to its end, which this is; each line must be a JSON object."""
    runtime.stop()
    lines = [json.loads(line) for line in runtime.read_log().splitlines()]
    assert all(isinstance(line, dict) for line in lines)
    return lines


def test_there_is_an_event_for_every_service() -> None:
    assert {*REQUESTS, *WORK} == set(read_catalog())


@pytest.mark.parametrize("service", web_services())
def test_a_service_answers_a_request(launch: Launch, service: str) -> None:
    runtime = launch(service)
    answer = runtime.invoke(first_event(service))

    assert answer["statusCode"] == 200, answer
    assert set(answer) == {"statusCode", "multiValueHeaders", "body", "isBase64Encoded"}
    (line,) = log_lines(runtime)
    assert (line["service"], line["status"], line["function_version"], line["cold_start"]) == (service, 200, "7", 1)
    assert len(read_metrics(json.dumps(line))) == 8


@pytest.mark.parametrize("service", WORK)
def test_a_worker_does_its_work(launch: Launch, service: str) -> None:
    runtime = launch(service)
    for event, fields in WORK[service]:
        assert set(runtime.invoke(event)) == fields
    for line in log_lines(runtime):
        assert line["service"] == service
        assert read_metrics(json.dumps(line))


@pytest.mark.parametrize("path", ["/v1/health", "/v1/version", "/v1/openapi.json"])
def test_monitors_need_no_key(launch: Launch, path: str) -> None:
    assert launch("workspace").invoke(request("GET", path, who=None))["statusCode"] == 200


def test_the_handler_may_be_named_by_its_place_in_the_tree(launch: Launch) -> None:
    runtime = launch("customers", command=("services.customers.handler.handler",))
    assert runtime.invoke(request("GET", "/v1/customers"))["statusCode"] == 200


def test_every_line_of_a_busy_environment_is_one_object_without_values(launch: Launch) -> None:
    runtime = launch("customers")
    calls = [
        (201, request("POST", "/v1/customers", {"company": "Line Ltd", "notes": "multi\r\nline"})),
        (200, request("GET", "/v1/customers?q=Line")),
        (422, request("POST", "/v1/customers", {"company": None, "secret": "s3cr3t"})),
        (401, request("GET", "/v1/customers", who="nobody")),
        (404, request("GET", "/v1/customers/00000000-0000-7000-8000-000000000000")),
        (404, request("GET", "/nowhere")),
        (405, request("DELETE", "/v1/customers")),
    ]
    assert [runtime.invoke(event)["statusCode"] for _, event in calls] == [status for status, _ in calls]
    lines = log_lines(runtime)

    assert [line["status"] for line in lines] == [status for status, _ in calls]
    assert [line["cold_start"] for line in lines] == [1, 0, 0, 0, 0, 0, 0]
    assert [line["http_4xx"] for line in lines] == [int(status >= 400) for status, _ in calls]
    assert lines[0]["change_set"]
    log = runtime.read_log()
    assert all(secret not in log for secret in ("Line", "multi", "s3cr3t", key_of("ada"), "q="))


@pytest.mark.parametrize(
    ("service", "environment", "said"),
    [
        ("customers", {}, "set SKEP_DATABASE_URL in the environment"),
        ("forms", {"SKEP_FILES_BUCKET": "b", "AWS_REGION": ""}, "set SKEP_DATABASE_URL, AWS_REGION in the environment"),
        ("automations", {}, "set SKEP_DATABASE_URL in the environment"),
        ("key_sync", {}, "set SKEP_ENVIRONMENT, SKEP_USAGE_PLAN_ID in the environment"),
        ("migrations", {}, "set SKEP_DATABASE_OWNER_URL in the environment"),
    ],
)
def test_an_environment_without_its_settings_names_all_that_is_missing(
    launch: Launch, service: str, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(InitError) as caught:
        launch(service, environment)
    assert caught.value.error["errorMessage"] == said
    assert caught.value.error["errorType"] == "MissingSettings"


def test_a_setting_that_can_not_be_read_is_named(launch: Launch, world: World) -> None:
    with pytest.raises(InitError, match="SKEP_SESSION_HOURS is 'many'"):
        launch("forms", {**environment_of("forms", world.url), "SKEP_SESSION_HOURS": "many"})


def test_an_event_of_another_kind_is_a_lambda_error(launch: Launch) -> None:
    runtime = launch("customers")
    with pytest.raises(FunctionError, match="UnknownEvent"):
        runtime.invoke({"version": "2.0", "rawPath": "/v1/customers"})
    assert runtime.invoke(request("GET", "/v1/customers"))["statusCode"] == 200
