"""The local gateway over real HTTP: where it stands, who calls, what a handler may do."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from services.local.api_gateway.gateway import Gateway
from services.local.catalog import read_gateway
from tests.gateway.support import answer_with_event, call, make_gateway

ARN = "arn:aws:sts::123456789012:assumed-role/reporting/nightly"


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """A started gateway."""
    with make_gateway(answer_with_event) as gateway:
        yield gateway


def problem(status: int, title: str, code: str, detail: str) -> dict[str, Any]:
    """Return the problem document, without its request id."""
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}


def without_id(document: dict[str, Any]) -> dict[str, Any]:
    """Return a problem document without its request id, which must be there."""
    assert document["request_id"]
    return {name: value for name, value in document.items() if name != "request_id"}


def test_a_request_reaches_the_handler_and_its_answer_the_client(gateway: Gateway) -> None:
    response, event = call(gateway, "POST", "/v1/x?a=1&a=%C3%A9", b'{"n": "\xc3\xa9"}')

    assert response.status == 200
    assert (event["multiValueQueryStringParameters"], event["body"]) == (
        {"a": ["1", "é"]},
        '{"n": "é"}',
    )
    assert event["headers"]["X-Forwarded-Proto"] == "http"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_headers_of_a_proxy_in_front_are_kept_and_added_to(gateway: Gateway) -> None:
    _, event = call(
        gateway,
        "GET",
        "/v1/x",
        X_Forwarded_For="10.9.8.7",
        X_Forwarded_Proto="https",
        X_Amzn_Trace_Id="Root=1-2-3",
        X_Name="Łódź".encode(),
        X_Latin=b"caf\xe9",
    )
    headers = event["headers"]

    assert headers["X-Forwarded-For"] == "10.9.8.7, 127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "http"
    assert headers["X-Amzn-Trace-Id"] == "Root=1-2-3"
    assert (headers["X-Name"], headers["X-Latin"]) == ("Łódź", "café")


def test_a_defect_of_the_gateway_itself_shows_nothing() -> None:
    def iam_caller(headers: Any) -> str:
        raise RuntimeError("secret detail")

    with make_gateway(answer_with_event, iam_caller=iam_caller) as gateway:
        response, document = call(gateway, "GET", "/iam/x")

    assert (response.status, document["detail"]) == (502, "Internal server error")


def test_a_path_that_is_not_a_route_answers_404_as_a_problem(gateway: Gateway) -> None:
    response, document = call(gateway, "GET", "/nowhere")
    headers = dict(response.headers)

    assert headers["Content-Type"] == "application/problem+json"
    assert headers["x-amzn-RequestId"] == document["request_id"]
    assert without_id(document) == problem(404, "Not Found", "not_found", "There is nothing at this address.")


@pytest.mark.parametrize("key", [None, "", "other_key"])
def test_an_api_key_that_api_gateway_does_not_know_answers_403(gateway: Gateway, key: str | None) -> None:
    headers = {} if key is None else {"x_api_key": key}
    response, document = call(gateway, "GET", "/key/x", **headers)

    assert response.status == 403
    assert document["code"] == "forbidden"


def test_a_known_api_key_stands_in_the_identity(gateway: Gateway) -> None:
    _, event = call(gateway, "GET", "/key/x", x_api_key="skp_1_2")

    assert event["requestContext"]["identity"]["apiKey"] == "skp_1_2"
    assert event["headers"]["x-api-key"] == "skp_1_2"


def test_who_knows_the_api_keys_can_be_said() -> None:
    with make_gateway(answer_with_event, key_exists=lambda key: key == "mine") as gateway:
        statuses = [call(gateway, "GET", "/key/x", x_api_key=k)[0].status for k in ("mine", "skp_")]

    assert statuses == [200, 403]


def test_an_iam_route_without_a_caller_answers_403(gateway: Gateway) -> None:
    assert call(gateway, "GET", "/iam/x")[0].status == 403


def test_the_local_iam_header_names_the_caller_and_goes_no_further(gateway: Gateway) -> None:
    _, event = call(gateway, "GET", "/iam/x", X_Skep_Local_Iam=ARN)
    identity = event["requestContext"]["identity"]

    assert (identity["userArn"], identity["accountId"]) == (ARN, "123456789012")
    assert "skep-local-iam" not in json.dumps(event).lower()


def test_the_local_iam_header_means_nothing_on_other_routes(gateway: Gateway) -> None:
    _, event = call(gateway, "GET", "/v1/x", X_Skep_Local_Iam=ARN)

    assert event["requestContext"]["identity"]["userArn"] is None
    assert ARN not in json.dumps(event)


def test_under_a_stage_the_host_stays_and_the_domain_is_api_gateways() -> None:
    with make_gateway(answer_with_event, stage="dev") as gateway:
        _, event = call(gateway, "GET", "/dev/v1/x", Host="crm.test:99")
        outside, _ = call(gateway, "GET", "/v1/x")
        beside, _ = call(gateway, "GET", "/development/v1/x")
        url = gateway.url

    assert url.endswith("/dev")
    assert (event["path"], event["requestContext"]["path"]) == ("/v1/x", "/dev/v1/x")
    assert event["headers"]["Host"] == "crm.test:99"
    assert ".execute-api." in event["requestContext"]["domainName"]
    assert (outside.status, beside.status) == (404, 404)


@pytest.mark.parametrize("name", ["broken", "exits"])
def test_a_handler_that_fails_answers_502_without_a_word_of_why(gateway: Gateway, name: str) -> None:
    response, document = call(gateway, "GET", f"/v1/{name}")

    assert without_id(document) == problem(502, "Bad Gateway", "bad_gateway", "Internal server error")
    assert b"secret" not in response.body


def test_a_handler_that_takes_too_long_answers_504() -> None:
    with make_gateway(answer_with_event, timeout_seconds=0.1) as gateway:
        _, document = call(gateway, "GET", "/v1/slow")

    assert without_id(document) == problem(504, "Gateway Timeout", "gateway_timeout", "Endpoint request timed out")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/nowhere", "MISSING_AUTHENTICATION_TOKEN"),
        ("/key/x", "INVALID_API_KEY"),
        ("/iam/x", "ACCESS_DENIED"),
        ("/v1/broken", "INTEGRATION_FAILURE"),
    ],
)
def test_it_says_what_api_gateway_is_told_to_say(gateway: Gateway, path: str, kind: str) -> None:
    response, document = call(gateway, "GET", path)
    told = read_gateway()["responses"][kind]

    assert str(response.status) == told["status"]
    assert without_id(document) == without_id(told["body"])


def test_a_handler_gets_a_lambda_context(gateway: Gateway) -> None:
    _, seen = call(gateway, "GET", "/v1/context")

    assert 28_000 < seen["left"] <= 29_000
    assert seen["name"] == "skep-one"


def test_handlers_run_in_as_many_threads_as_there_are_workers() -> None:
    threads = set()

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        threads.add(threading.current_thread().name)
        time.sleep(0.01)
        return {}

    with make_gateway(handler, workers=2) as gateway:
        callers = [threading.Thread(target=call, args=(gateway, "GET", "/v1/x")) for _ in range(12)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

    assert threads == {"environment-0", "environment-1"}


def test_stopping_closes_connections_and_frees_the_port() -> None:
    gateway = make_gateway(answer_with_event)
    gateway.start()
    url = urllib.parse.urlsplit(gateway.url)
    assert url.port is not None
    with socket.create_connection(("127.0.0.1", url.port), timeout=5) as idle:
        idle.sendall(b"GET /v1/x HTTP/1.1\r\n\r\n")
        assert idle.recv(65_536)
        gateway.stop()
        assert idle.recv(1) == b""
    again = make_gateway(answer_with_event)
    again.start(port=url.port)
    again.stop()


def test_a_taken_port_is_an_os_error(gateway: Gateway) -> None:
    taken = urllib.parse.urlsplit(gateway.url).port
    assert taken is not None
    other = make_gateway(answer_with_event)
    try:
        with pytest.raises(OSError, match="in use"):
            other.start(port=taken)
    finally:
        other.stop()


def test_the_gateway_serves_until_it_is_stopped() -> None:
    gateway = make_gateway(answer_with_event)
    thread = threading.Thread(target=gateway.serve, args=("127.0.0.1", 0))
    thread.start()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            status = call(gateway, "GET", "/v1/x")[0].status
            break
        except (RuntimeError, OSError):
            time.sleep(0.01)
    gateway.stop()
    thread.join(5)

    assert (status, thread.is_alive()) == (200, False)
    with pytest.raises(RuntimeError, match="not started"):
        _ = gateway.url
