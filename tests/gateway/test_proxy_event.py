"""The local gateway makes the events that API Gateway's documentation shows, and reads answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.local.api_gateway.gateway import Gateway
from services.local.api_gateway.messages import Request, Response
from services.local.api_gateway.routing import Router
from tests.gateway.support import DocumentedEvent, list_events, make_gateway

EVENTS = list_events()
REPRODUCIBLE = [documented for documented in EVENTS if documented.request is not None]

# What an edge-optimized API's CloudFront adds; ours is regional.
EDGE_HEADERS = ("CloudFront-", "Via", "X-Amz-Cf-Id")
# What can only be of the same kind: made anew for each request, or the account's.
VOLATILE = {
    "accessKey", "accountId", "apiId", "apiKeyId", "caller", "deploymentId", "domainName",
    "domainPrefix", "extendedRequestId", "requestId", "requestTime", "requestTimeEpoch",
    "resourceId", "stage", "user", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port",
    "X-Forwarded-Proto",
}  # fmt: skip


def same_shape(value: Any, key: str = "") -> Any:
    """Return `value` with volatile strings and numbers replaced by their types."""
    if isinstance(value, dict):
        return {name: same_shape(inner, name) for name, inner in value.items() if not name.startswith(EDGE_HEADERS)}
    if key in VOLATILE and value is not None:
        return [type(v).__name__ for v in value] if isinstance(value, list) else type(value)
    return value


def capture(documented: DocumentedEvent) -> dict[str, Any]:
    """Return the event that the local gateway makes of the documented HTTP request."""
    assert documented.request is not None
    events: list[dict[str, Any]] = []
    line = {
        "path": documented.event["resource"],
        "service": "one",
        "authorization": documented.request["authorization"],
    }

    def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
        events.append(event)
        return {"statusCode": 204}

    gateway = Gateway(
        [line],
        {"one": handler},
        stage=documented.place.stage,
        base_path=documented.place.base_path,
    )
    try:
        response = gateway.handle(documented.as_request())
    finally:
        gateway.stop()
    assert response.status == 204, response
    return events[0]


def test_there_are_thirty_documented_events_each_with_its_source() -> None:
    assert len(EVENTS) >= 30
    assert len(REPRODUCIBLE) >= 30
    assert all(documented.source.startswith("https://") for documented in EVENTS)


@pytest.mark.parametrize("documented", REPRODUCIBLE, ids=lambda documented: documented.name)
def test_the_gateway_makes_the_documented_event(documented: DocumentedEvent) -> None:
    event = capture(documented)

    assert same_shape(event) == same_shape(documented.event)
    assert event == json.loads(json.dumps(event))


def test_a_stage_has_an_execute_api_domain_and_a_custom_domain_the_hosts_name() -> None:
    domains = {}
    for documented in REPRODUCIBLE:
        context = capture(documented)["requestContext"]
        domains[documented.place] = (context["domainName"], context["path"].split("/")[1])

    assert {place.prefix: found for place, found in domains.items()} == {
        "/prod": ("skep000000.execute-api.eu-west-1.amazonaws.com", "prod"),
        "/test": ("skep000000.execute-api.eu-west-1.amazonaws.com", "test"),
        "": ("crm.example.com", "v1"),
        "/sales": ("crm.example.com", "sales"),
        "/sales/eu": ("crm.example.com", "sales"),
    }


@pytest.mark.parametrize(
    ("path", "resource", "parameters"),
    [
        ("/", "/", {}),
        ("/v1/customers", "/v1/customers", {}),
        ("/v1/customers/", "/v1/customers", {}),
        ("/v1/customers/7", "/v1/customers/{id}", {"id": "7"}),
        ("/v1/customers/bulk", "/v1/customers/bulk", {}),
        ("/v1/customers/bulk/history", "/v1/customers/{id}/history", {"id": "bulk"}),
        ("/v1/customers/7/else", "/{proxy+}", {"proxy": "v1/customers/7/else"}),
        ("/a%2Fb/c/", "/{proxy+}", {"proxy": "a%2Fb/c"}),
        ("/app/x", "/app/{rest+}", {"rest": "x"}),
        ("/app", "/{proxy+}", {"proxy": "app"}),
        ("/v1//customers", None, None),
        ("//", None, None),
    ],
)
def test_a_static_segment_wins_over_a_parameter_and_a_parameter_over_the_rest(
    path: str, resource: str | None, parameters: dict[str, str] | None
) -> None:
    router = Router(
        {"path": path, "service": "s", "authorization": "public"}
        for path in (
            "/",
            "/{proxy+}",
            "/v1/customers",
            "/v1/customers/{id}",
            "/v1/customers/{id}/history",
            "/v1/customers/bulk",
            "/app/{rest+}",
        )
    )
    match = router.find_match(path)

    assert (match and match.route.path, match and match.path_parameters) == (resource, parameters)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"path": "v1", "service": "s", "authorization": "public"}, "begins with '/'"),
        ({"path": "/v1", "service": "s", "authorization": "none"}, "unknown authorization"),
        ({"path": "/v1", "service": "other", "authorization": "iam"}, "No handler .* other"),
    ],
)
def test_a_route_that_makes_no_sense_is_refused(line: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Gateway([line], {"s": lambda event, context: {}})


@pytest.mark.parametrize(("stage", "base_path"), [("a/b", ""), ("", ""), ("dev", "/x"), (None, "x")])
def test_a_stage_or_base_path_that_can_not_be_is_refused(stage: str | None, base_path: str) -> None:
    with pytest.raises(ValueError, match="stage|base path"):
        Gateway([], {}, stage=stage, base_path=base_path)


def respond(answer: Any, accept: str = "*/*") -> Response:
    """Return what the gateway makes of a handler's answer."""
    with make_gateway(lambda event, context: answer) as gateway:
        return gateway.handle(Request("GET", "/v1/x", headers=[("Accept", accept)]))


def test_api_gateway_adds_its_headers_and_renames_those_that_it_keeps_for_itself() -> None:
    response = respond(
        {
            "statusCode": "401",
            "headers": {
                "WWW-Authenticate": "Basic",
                "Date": "d",
                "Server": "s",
                "Content-Length": 9,
                "X-Ok": True,
                "Set-Cookie": "lost=1",
                "X-None": None,
            },
            "multiValueHeaders": {"set-cookie": ["a=1", "b=2"], "Transfer-Encoding": ["x"]},
            "body": "no",
            "isBase64Encoded": False,
        }
    )
    ids = dict(response.headers[-3:])

    assert response.status == 401
    assert response.headers[:-3] == [
        ("x-amzn-Remapped-WWW-Authenticate", "Basic"),
        ("x-amzn-Remapped-Date", "d"),
        ("x-amzn-Remapped-Server", "s"),
        ("x-amzn-Remapped-Content-Length", "9"),
        ("X-Ok", "true"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("Content-Type", "application/json"),
    ]
    assert list(ids) == ["x-amzn-RequestId", "x-amz-apigw-id", "X-Amzn-Trace-Id"]
    assert response.body == b"no"


def test_an_empty_answer_is_200_without_a_body() -> None:
    response = respond({})

    assert (response.status, response.body) == (200, b"")


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("image/png", b"\x89PNG"),
        ("image/avif,image/webp,*/*;q=0.8", b"\x89PNG"),
        ("application/octet-stream;q=1", b"\x89PNG"),
        ("*/*", b"iVBORw=="),
        ("text/html, image/png", b"iVBORw=="),
    ],
)
def test_base64_is_decoded_when_accept_begins_with_a_binary_type(accept: str, body: bytes) -> None:
    answer = {"headers": {"Content-Type": "image/png"}, "body": "iVBORw==", "isBase64Encoded": True}

    assert respond(answer, accept).body == body


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        {"status": 200},
        {"statusCode": "ok"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": b"bytes"},
        {"statusCode": 200, "headers": ["X: y"]},
        {"statusCode": 200, "headers": {"X": ["y"]}},
        {"statusCode": 200, "multiValueHeaders": {"X": "y"}},
        {"statusCode": 200, "headers": {"X": "a\r\nSet-Cookie: stolen=1"}},
        {"statusCode": 200, "multiValueHeaders": {"X\r\nY": ["a"]}},
        {"statusCode": 200, "multiValueHeaders": {"X": ["a\nb"]}},
        {"statusCode": 200, "body": "x" * 6_300_000},
    ],
)
def test_an_answer_that_api_gateway_can_not_use_is_a_502(answer: Any) -> None:
    response = respond(answer)
    body = json.loads(response.body)

    assert body == {
        "type": "about:blank",
        "title": "Bad Gateway",
        "status": 502,
        "code": "bad_gateway",
        "detail": "Internal server error",
        "request_id": body["request_id"],
    }


def test_base64_that_is_not_base64_is_a_502_to_who_accepts_binary() -> None:
    assert respond({"body": "%", "isBase64Encoded": True}, "image/png").status == 502
