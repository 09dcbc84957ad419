"""The emulator's proxy event becomes the one that AWS sends."""

from __future__ import annotations

import json
from typing import Any

from services.local.cloud.events import is_request, make_failure, repair
from services.local.lambda_runtime.failures import EventTooLarge, FunctionError, Throttled, TimedOut


def make_event(**changes: Any) -> dict[str, Any]:
    """An event as the emulator sends it."""
    return {
        "version": "1.0",
        "httpMethod": "GET",
        "resource": "/v1/customers",
        "path": "/v1/customers",
        "headers": {"host": "0123abcd.execute-api.localhost:4566"},
        "multiValueHeaders": {"host": ["0123abcd.execute-api.localhost:4566"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"stage": "dev", "requestId": "r-1", "identity": {"userAgent": "curl"}},
    } | changes


def test_a_stage_can_be_told_by_the_domain() -> None:
    context = repair(make_event())["requestContext"]

    assert (context["domainName"], context["domainPrefix"]) == ("0123abcd.execute-api.localhost", "0123abcd")
    assert (context["stage"], context["requestId"]) == ("dev", "r-1")


def test_the_path_is_encoded_as_it_was_sent() -> None:
    assert repair(make_event(path="/v1/ünïque 100%"))["path"] == "/v1/%C3%BCn%C3%AFque%20100%25"


def test_the_last_of_a_repeated_parameter_counts() -> None:
    event = make_event(multiValueQueryStringParameters={"a": ["1", "2"]}, queryStringParameters={"a": "1"})

    assert repair(event)["queryStringParameters"] == {"a": "2"}


def test_the_key_stands_in_the_identity_and_what_came_before_us_in_x_forwarded_for() -> None:
    headers = {"Host": ["localhost:4566"], "X-Api-Key": ["skp_1_2"], "x-forwarded-for": ["10.0.0.1"]}

    event = repair(make_event(multiValueHeaders=headers))

    assert event["requestContext"]["identity"] == {"userAgent": "curl", "apiKey": "skp_1_2", "sourceIp": "127.0.0.1"}
    assert event["headers"]["x-forwarded-for"] == "10.0.0.1, 127.0.0.1"
    assert event["headers"]["x-forwarded-port"] == "4566"
    assert "version" not in event


def test_messages_and_schedules_are_no_requests() -> None:
    assert is_request(make_event())
    assert not is_request({"Records": []})
    assert not is_request({"task": "jobs"})
    assert not is_request(["httpMethod", "requestContext"])


def test_a_function_that_fails_is_a_problem_without_its_words() -> None:
    failures = (FunctionError({"errorMessage": "secret"}), Throttled(), TimedOut("r-1", 25), EventTooLarge())
    answers = [json.loads(make_failure(make_event(), failure)) for failure in failures]

    assert [answer["statusCode"] for answer in answers] == [502, 502, 504, 413]
    assert json.loads(answers[0]["body"])["request_id"] == "r-1"
    assert "secret" not in answers[0]["body"]
