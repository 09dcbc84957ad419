"""The Lambda adapter, from the app to the answer: one test for each thing that aws-wsgi gets wrong."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from flask import Flask, Response

from services.shared.lambda_adapter import UnknownEvent, make_handler
from tests.gateway.support import CONTEXT, make_event

TEXT = {"Content-Type": ["text/plain; charset=utf-8"]}


def answer_of(response: Callable[[], Any]) -> dict[str, Any]:
    """Return the handler's answer when a view returns what `response` makes."""
    app = Flask("one")
    app.get("/echo")(response)
    return make_handler(app)(make_event(), CONTEXT)


def test_the_answer_has_four_keys_an_integer_status_and_no_length() -> None:
    answer = answer_of(lambda: Response("grüezi", 201))

    assert answer == {
        "statusCode": 201,
        "multiValueHeaders": {"Content-Type": ["text/html; charset=utf-8"]},
        "body": "grüezi",
        "isBase64Encoded": False,
    }


def test_two_cookies_are_both_set() -> None:
    def view() -> Response:
        response = Response("ok", content_type="text/plain; charset=utf-8")
        response.set_cookie("a", "1")
        response.headers.add("set-cookie", "b=2")
        return response

    assert answer_of(view)["multiValueHeaders"] == TEXT | {"Set-Cookie": ["a=1; Path=/", "b=2"]}


@pytest.mark.parametrize(
    ("data", "headers", "is_base64"),
    [
        (b"\x89PNG\xff", {"Content-Type": "image/png"}, True),
        (b"caf\xe9", {"Content-Type": "text/plain"}, True),
        (gzip.compress(b"{}"), {"Content-Encoding": "gzip"}, True),
        (b"ascii", {"Content-Encoding": "br"}, True),
        (b'{"status": 404}', {"Content-Type": "application/problem+json"}, False),
        (b"<a/>", {"Content-Type": "application/xml"}, False),
        (b"", {"Content-Type": "image/png"}, False),
    ],
)
def test_only_what_is_not_plain_utf_8_leaves_as_base64(data: bytes, headers: dict[str, str], is_base64: bool) -> None:
    answer = answer_of(lambda: Response(data, headers=headers))
    sent = base64.b64decode(answer["body"]) if is_base64 else answer["body"].encode()

    assert (sent, answer["isBase64Encoded"]) == (data, is_base64)


@pytest.mark.parametrize("text", ["x" * 6_300_000, '"' * 3_200_000, "\x01" * 1_100_000])
def test_an_answer_above_lambdas_limit_answers_413(text: str) -> None:
    answer = answer_of(lambda: text)

    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (413, "too_large")


def test_an_answer_just_below_lambdas_limit_is_sent() -> None:
    text = "x" * 6_290_000

    assert answer_of(lambda: text)["body"] == text


def test_the_iterable_is_closed() -> None:
    closed: list[str] = []

    def view() -> Response:
        response = Response("ok")
        response.call_on_close(lambda: closed.append("closed"))
        return response

    answer_of(view)

    assert closed == ["closed"]


def test_the_iterable_is_closed_when_it_breaks() -> None:
    class Breaking:
        closed = False

        def __iter__(self) -> Iterator[bytes]:
            raise RuntimeError("broke")

        def close(self) -> None:
            self.closed = True

    breaking = Breaking()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return breaking

    with pytest.raises(RuntimeError, match="broke"):
        make_handler(app)(make_event(), CONTEXT)
    assert breaking.closed


def test_a_generator_may_start_its_response_late() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        write = start_response("202 Accepted", [("X-Late", "yes")])
        write(b"one ")
        yield b"two"

    assert make_handler(app)(make_event(), CONTEXT) == {
        "statusCode": 202,
        "multiValueHeaders": {"X-Late": ["yes"]},
        "body": "one two",
        "isBase64Encoded": False,
    }


def test_a_second_start_with_an_error_replaces_the_first() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-First", "1")])(b"half")
        error = RuntimeError("late")
        start_response("500 Oops", [("X-Second", "2")], (RuntimeError, error, None))
        return [b"error"]

    assert make_handler(app)(make_event(), CONTEXT) == {
        "statusCode": 500,
        "multiValueHeaders": {"X-Second": ["2"]},
        "body": "error",
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize("starts", [0, 2])
def test_an_app_that_breaks_the_wsgi_protocol_is_a_lambda_error(starts: int) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        for _ in range(starts):
            start_response("200 OK", [])
        return []

    with pytest.raises(AssertionError, match="start_response"):
        make_handler(app)(make_event(), CONTEXT)


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ({"version": "2.0", "routeKey": "GET /"}, "routeKey, version"),
        ({"source": "aws.events", "detail-type": "Scheduled Event"}, "detail-type, source"),
        ({"warmer": True}, "warmer"),
        ({}, "nothing"),
        (["Records"], "list"),
    ],
)
def test_another_kind_of_event_is_refused_by_name(event: Any, found: str) -> None:
    with pytest.raises(UnknownEvent, match=rf"has 'httpMethod'; this one has: .*{found}"):
        make_handler(Flask("one"))(event, CONTEXT)
