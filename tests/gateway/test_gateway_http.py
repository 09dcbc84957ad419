"""What the local gateway reads and refuses: bodies, limits, assets, broken requests."""

from __future__ import annotations

import http.client
import json
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.local.api_gateway.gateway import Gateway
from tests.gateway.support import answer_with_event, call, make_gateway, send

ARN = "arn:aws:sts::123456789012:assumed-role/reporting/nightly"


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
    """A started gateway."""
    with make_gateway(answer_with_event, assets=assets) as gateway:
        yield gateway


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


def test_a_refused_request_with_a_large_body_gets_its_answer(gateway: Gateway) -> None:
    response, _ = call(gateway, "POST", "/v1/x", b"x" * 5_000_000, X_Long="x" * 11_000)

    assert response.status == 431


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

    assert time.monotonic() - started < 0.75, "40 ms a request would be Nagle's algorithm"


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
def test_a_request_that_nobody_should_send_is_refused_as_a_problem(gateway: Gateway, head: bytes, status: int) -> None:
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
