"""Bytes on the whole way: HTTP to the gateway, its event by the front to the runtime client in the image, and back."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import os
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from services.local.api_gateway.gateway import Gateway
from services.local.lambda_runtime.front import InvokeFront
from services.local.lambda_runtime.function import Function
from tests.gateway.support import make_event, make_gateway
from tests.images.runtime.lambdas import TESTS, Lambdas

ECHO = ("tests.gateway.sample_handler.handler",)
TEXT = 'grüezi 漢字 \N{HONEYBEE}\r\n\t\\ "quoted"'.encode()


@pytest.fixture(scope="module")
def gateway(lambdas: Lambdas) -> Iterator[Gateway]:
    """A gateway whose only route leads to a handler in an image, which answers with what it got."""
    start = lambdas.find("customers", command=ECHO, mounts=TESTS)
    with Function(start) as function, InvokeFront({"echo": function}) as front:

        def invoke(event: dict[str, Any], _context: Any) -> Any:
            posted = urllib.request.Request(f"{front.url}/echo:live", json.dumps(event).encode())  # noqa: S310
            with urllib.request.urlopen(posted, timeout=20) as answer:  # noqa: S310
                return json.load(answer)

        with make_gateway(invoke) as gateway:
            yield gateway


@pytest.mark.parametrize(
    ("body", "media_type", "coding"),
    [
        (b"", "text/plain; charset=utf-8", None),
        (TEXT, "text/plain; charset=utf-8", None),
        (TEXT, "application/octet-stream", None),
        (bytes(range(256)), "application/octet-stream", None),
        (TEXT.decode().encode("utf-16"), "text/csv; charset=utf-16", None),
        (gzip.compress(TEXT * 100), "application/gzip", None),
        (gzip.compress(TEXT * 100), "text/csv", "gzip"),
        (TEXT, "text/csv", "identity"),
        (os.urandom(4_000_000), "image/png", None),
    ],
    ids=["nothing", "text", "text as bytes", "all bytes", "UTF-16", "gzip", "compressed", "text with a coding", "4 MB"],
)
def test_a_body_comes_back_byte_for_byte(gateway: Gateway, body: bytes, media_type: str, coding: str | None) -> None:
    headers = {"Content-Type": media_type, "Accept": media_type, **({"Content-Encoding": coding} if coding else {})}
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(gateway.url).netloc, timeout=30)
    try:
        connection.request("POST", "/v1/echo?tag=x&tag=%C3%BC", body, headers)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, body)
        assert (answer.getheader("Content-Type"), answer.getheader("Content-Encoding")) == (media_type, coding)
        assert answer.msg.get_all("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]
    finally:
        connection.close()


def test_an_answer_that_is_no_text_is_base64_to_lambda(lambdas: Lambdas) -> None:
    start = lambdas.find("customers", command=ECHO, mounts=TESTS)
    body = base64.b64encode(bytes(range(256))).decode()
    event = make_event("POST", "/v1/echo", resource="/v1/echo", body=body, is_base64=True)
    with Function(start) as function:
        answer = function.invoke(event)
    assert (answer["isBase64Encoded"], answer["body"]) == (True, body)
