"""The local gateway over real HTTP: callers, limits, assets, and requests that nobody should send."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.local.gateway import Gateway
from services.local.messages import Response
from tests.gateway.support import make_gateway

ARN = "arn:aws:sts::123456789012:assumed-role/reporting/nightly"


def echo(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with the event; the handler's name for a few behaviours is in the path."""
    name = (event["pathParameters"] or {}).get("name")
    if name == "slow":
        time.sleep(1.5)
    if name == "broken":
        raise RuntimeError("secret detail")
    if name == "exits":
        raise SystemExit(3)
    if name == "context":
        event = {"left": context.get_remaining_time_in_millis(), "name": context.function_name}
    return {
        "statusCode": 200,
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "body": json.dumps(event, ensure_ascii=False),
    }


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one file to serve, and others that must not be."""
    folder = tmp_path_factory.mktemp("site") / "assets"
    folder.mkdir()
    (folder / "app.3f2a9c.css").write_text("body{}")
    (folder / "data.1a2b").write_bytes(b"\x00")
    (folder / ".hidden").write_text("secret")
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    return folder


@pytest.fixture(scope="module")
def gateway(assets: Path) -> Iterator[Gateway]:
    """A started gateway whose handlers may take one second."""
    with make_gateway(echo, assets=assets, timeout_seconds=1.0) as gateway:
        yield gateway


def call(
    gateway: Gateway, method: str, target: str, body: Any = None, **headers: str | bytes
) -> tuple[Response, Any]:
    """Send one request; return the response and its JSON, if it is JSON."""
    host = urllib.parse.urlsplit(gateway.url).netloc
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, body=body, headers=names)
        answer = connection.getresponse()
        response = Response(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()
    is_json = "json" in (answer.getheader("Content-Type") or "") and response.body
    return response, json.loads(response.body) if is_json else None


def send(gateway: Gateway, data: bytes) -> bytes:
    """Send raw bytes; return everything that comes back until the server closes."""
    url = urllib.parse.urlsplit(gateway.url)
    with socket.create_connection((url.hostname, url.port), timeout=5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65_536):
            received += piece
    return received


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

    with make_gateway(echo, iam_caller=iam_caller) as gateway:
        response, document = call(gateway, "GET", "/iam/x")

    assert (response.status, document["detail"]) == (502, "Internal server error")


def test_a_path_that_is_not_a_route_answers_404_as_a_problem(gateway: Gateway) -> None:
    response, document = call(gateway, "GET", "/nowhere")
    headers = dict(response.headers)

    assert headers["Content-Type"] == "application/problem+json"
    assert headers["x-amzn-RequestId"] == document["request_id"]
    assert without_id(document) == problem(
        404, "Not Found", "not_found", "There is nothing at this address."
    )


@pytest.mark.parametrize("key", [None, "", "other_key"])
def test_an_api_key_that_api_gateway_does_not_know_answers_403(
    gateway: Gateway, key: str | None
) -> None:
    headers = {} if key is None else {"x_api_key": key}
    response, document = call(gateway, "GET", "/key/x", **headers)

    assert response.status == 403
    assert document["code"] == "forbidden"


def test_a_known_api_key_stands_in_the_identity(gateway: Gateway) -> None:
    _, event = call(gateway, "GET", "/key/x", x_api_key="skp_1_2")

    assert event["requestContext"]["identity"]["apiKey"] == "skp_1_2"
    assert event["headers"]["x-api-key"] == "skp_1_2"


def test_who_knows_the_api_keys_can_be_said() -> None:
    with make_gateway(echo, key_exists=lambda key: key == "mine") as gateway:
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
    with make_gateway(echo, stage="dev") as gateway:
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
def test_a_handler_that_fails_answers_502_without_a_word_of_why(
    gateway: Gateway, name: str
) -> None:
    response, document = call(gateway, "GET", f"/v1/{name}")

    assert without_id(document) == problem(
        502, "Bad Gateway", "bad_gateway", "Internal server error"
    )
    assert b"secret" not in response.body


def test_a_handler_that_takes_too_long_answers_504(gateway: Gateway) -> None:
    _, document = call(gateway, "GET", "/v1/slow")

    assert without_id(document) == problem(
        504, "Gateway Timeout", "gateway_timeout", "Endpoint request timed out"
    )


def test_a_handler_gets_a_lambda_context(gateway: Gateway) -> None:
    _, seen = call(gateway, "GET", "/v1/context")

    assert 0 < seen["left"] <= 1000
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


def test_bodies_of_binary_types_come_as_base64_and_others_as_text(gateway: Gateway) -> None:
    _, csv = call(gateway, "POST", "/v1/x", b"\xff\xfea", Content_Type="text/csv; charset=utf-16")
    _, text = call(gateway, "POST", "/v1/x", b"\xff", Content_Type="text/plain")

    assert (csv["body"], csv["isBase64Encoded"]) == ("//5h", True)
    assert (text["body"], text["isBase64Encoded"]) == ("\ufffd", False)


@pytest.mark.parametrize("size", [11 * 1024 * 1024, 6_500_000])
def test_a_body_above_the_limits_answers_413(gateway: Gateway, size: int) -> None:
    response, document = call(gateway, "POST", "/v1/x", b"x" * size)

    assert (response.status, document["code"]) == (413, "too_large")


def test_a_chunked_body_above_the_limit_answers_413(gateway: Gateway) -> None:
    response, _ = call(gateway, "POST", "/v1/x", iter([b"x" * 1_000_000] * 11))

    assert response.status == 413


def test_a_chunked_body_arrives_whole(gateway: Gateway) -> None:
    _, event = call(gateway, "POST", "/v1/x", iter([b"one ", b"two"]))

    assert event["body"] == "one two"
    assert "Transfer-Encoding" not in event["headers"]


def test_head_has_no_body(gateway: Gateway) -> None:
    response, _ = call(gateway, "HEAD", "/v1/x")

    assert (response.status, response.body) == (200, b"")
    assert "Content-Length" not in dict(response.headers)


def test_an_absolute_target_replaces_the_host(gateway: Gateway) -> None:
    request = b"GET http://crm.test/v1/x?a=1 HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n"
    event = json.loads(send(gateway, request).partition(b"\r\n\r\n")[2])

    assert (event["path"], event["headers"]["Host"]) == ("/v1/x", "crm.test")
    assert event["queryStringParameters"] == {"a": "1"}


def test_one_connection_serves_many_requests(gateway: Gateway) -> None:
    host = urllib.parse.urlsplit(gateway.url).netloc
    connection = http.client.HTTPConnection(host, timeout=10)
    started = time.monotonic()
    for _ in range(20):
        connection.request("POST", "/v1/x", body=b"{}")
        assert connection.getresponse().read()
    connection.close()

    assert time.monotonic() - started < 0.5, "40 ms a request would be Nagle's algorithm"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /v1/%zz HTTP/1.1\r\n", 400),
        (b"GET /v1/x?a=%2 HTTP/1.1\r\n", 400),
        (b"GET /v1/x?filter={} HTTP/1.1\r\n", 400),
        (b"GET /v1/caf\xe9 HTTP/1.1\r\n", 400),
        (b"GET v1/x HTTP/1.1\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\n", 400),
        (b"GET /v1/x HTTP/9.1\r\n", 400),
        (b"nonsense\r\n", 400),
        (b"GET /v1/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400),
        (b"GET /v1/x HTTP/1.1\r\nno colon here\r\n", 400),
        (b"GET /v1/x HTTP/1.1\r\nX: a\r\n folded\r\n", 400),
        (b"POST /v1/x HTTP/1.1\r\nContent-Length: -1\r\n", 400),
        (b"POST /v1/x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n", 400),
        (b"POST /v1/x HTTP/1.1\r\nContent-Length: 9\r\n", 400),
        (b"POST /v1/x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"POST /v1/x HTTP/1.1\r\nTransfer-Encoding: gzip\r\n", 400),
        (b"POST /v1/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /v1/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
        (b"GET /v1/" + b"x" * 11_000 + b" HTTP/1.1\r\n", 414),
        (b"GET /v1/" + b"x" * 70_000 + b" HTTP/1.1\r\n", 414),
        (b"GET /v1/x HTTP/1.1\r\nX: " + b"x" * 11_000 + b"\r\n", 431),
        (b"GET /v1/x HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n", 431),
        (b"GET /v1/x HTTP/1.1\r\n" + b"X: y\r\n" * 200, 431),
        (b"TRACE /v1/x HTTP/1.1\r\n", 405),
    ],
)
def test_a_request_that_nobody_should_send_is_refused_as_a_problem(
    gateway: Gateway, head: bytes, status: int
) -> None:
    received = send(gateway, head + b"\r\n")
    document = json.loads(received.partition(b"\r\n\r\n")[2])

    assert (document["status"], set(document)) == (
        status,
        {"type", "title", "status", "code", "detail", "request_id"},
    )
    assert b"Traceback" not in received


def test_expect_100_asks_for_a_body_that_is_small_enough(gateway: Gateway) -> None:
    head = b"POST /v1/x HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\n"
    small = send(gateway, head + b"Content-Length: 2\r\n\r\n{}")
    large = send(gateway, head + b"Content-Length: 11000000\r\n\r\n")

    assert small.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")
    assert large.startswith(b"HTTP/1.1 413 ")


def test_an_asset_may_be_kept_for_ever(gateway: Gateway) -> None:
    response, _ = call(gateway, "GET", "/assets/app.3f2a9c.css")
    headers = dict(response.headers)
    again, _ = call(gateway, "GET", "/assets/app.3f2a9c.css", If_None_Match=headers["ETag"])

    assert (response.status, response.body) == (200, b"body{}")
    assert headers["Content-Type"] == "text/css; charset=utf-8"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (again.status, again.body) == (304, b"")


def test_an_asset_of_an_unknown_type_is_bytes(gateway: Gateway) -> None:
    response, _ = call(gateway, "GET", "/assets/data.1a2b")

    assert dict(response.headers)["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "name",
    ["", "no.css", ".hidden", "link.txt", "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt",
     "./app.3f2a9c.css", "app.3f2a9c.css/", "app.3f2a9c.css%00"],
)  # fmt: skip
def test_only_plain_names_in_the_folder_are_assets(gateway: Gateway, name: str) -> None:
    response, _ = call(gateway, "GET", f"/assets/{name}")

    assert (response.status, b"secret" in response.body) == (404, False)


def test_an_asset_can_not_be_written(gateway: Gateway) -> None:
    assert call(gateway, "PUT", "/assets/app.3f2a9c.css", b"x")[0].status == 404


def test_stopping_closes_connections_and_frees_the_port() -> None:
    gateway = make_gateway(echo)
    gateway.start()
    url = urllib.parse.urlsplit(gateway.url)
    assert url.port is not None
    with socket.create_connection(("127.0.0.1", url.port), timeout=5) as idle:
        idle.sendall(b"GET /v1/x HTTP/1.1\r\n\r\n")
        assert idle.recv(65_536)
        gateway.stop()
        assert idle.recv(1) == b""
    again = make_gateway(echo)
    again.start(port=url.port)
    again.stop()


def test_a_taken_port_is_an_os_error(gateway: Gateway) -> None:
    taken = urllib.parse.urlsplit(gateway.url).port
    assert taken is not None
    other = make_gateway(echo)
    try:
        with pytest.raises(OSError, match="in use"):
            other.start(port=taken)
    finally:
        other.stop()


def test_the_gateway_serves_until_it_is_stopped() -> None:
    gateway = make_gateway(echo)
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
