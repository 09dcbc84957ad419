"""Messages to a queue: signed, sent within a second, and no harm where they can't be."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.local.api_gateway.http_server import HttpServer
from services.local.api_gateway.messages import Request, Response
from services.shared.queue import Queue
from tests.support.files import CREDENTIALS


@contextmanager
def serving(status: int, seen: list[Request]) -> Iterator[str]:
    """The URL of a queue whose service answers with this status."""

    def answer(request: Request) -> Response:
        seen.append(request)
        return Response(status, [], b"{}")

    server = HttpServer("127.0.0.1", 0, answer)
    server.start()
    try:
        yield f"http://{server.address}/000000000000/work"
    finally:
        server.stop()


def test_a_message_is_sent_signed_as_sqs_takes_it() -> None:
    seen: list[Request] = []
    with serving(200, seen) as url:
        assert Queue(url, "eu-west-1", CREDENTIALS | {"AWS_SESSION_TOKEN": "t"}).send({"task": "jobs", "job": "é"})
    request = seen[0]
    assert (request.method, request.path) == ("POST", "/")
    assert request.get_header("X-Amz-Target") == "AmazonSQS.SendMessage"
    assert request.get_header("Content-Type") == "application/x-amz-json-1.0"
    assert request.get_header("X-Amz-Security-Token") == "t"
    signed = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
    assert f"/eu-west-1/sqs/aws4_request, SignedHeaders={signed}" in (request.get_header("Authorization") or "")
    sent = json.loads(request.body)
    assert sent["QueueUrl"] == url
    assert json.loads(sent["MessageBody"]) == {"task": "jobs", "job": "é"}


def test_a_refusal_is_told_and_logged_without_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(403, []) as url:
        assert not Queue(url, "eu-west-1", CREDENTIALS).send({"secret": "value"})
    line = json.loads(capsys.readouterr().err)
    assert line == {"level": "WARNING", "queue": "work", "error": "403"}


def test_a_queue_that_does_not_answer_costs_a_second_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/0/work"
        started = time.monotonic()
        assert not Queue(url, "eu-west-1", CREDENTIALS).send({})
        assert time.monotonic() - started < 3
    assert "TimeoutError" in capsys.readouterr().err


def test_a_queue_that_is_not_there_or_not_ours_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert not Queue(f"http://127.0.0.1:{taken.getsockname()[1]}/0/work", "eu-west-1", CREDENTIALS).send({})
    assert not Queue("http://127.0.0.1:1/0/work", "eu-west-1", {}).send({})
    assert "is not in the environment" in capsys.readouterr().err


def test_without_a_queue_nothing_is_sent_and_nothing_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert not Queue(None, None, {}).send({})
    assert capsys.readouterr().err == ""
