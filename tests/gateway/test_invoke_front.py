"""Functions behind the front that an emulator posts events to."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest

from services.local.lambda_runtime.failures import MAX_EVENT_BYTES
from services.local.lambda_runtime.front import InvokeFront
from services.local.lambda_runtime.function import Function
from services.local.lambda_runtime.sandboxes import ProcessFunction
from services.local.lambda_runtime.settings import FunctionSettings

ARN = "arn:aws:lambda:us-east-1:123456789012:function:tell"


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)


@pytest.fixture(scope="module")
def front() -> Iterator[InvokeFront]:
    """Two functions behind a front."""
    settings = FunctionSettings("skep-act", timeout_seconds=1.0)
    with (
        Function(ProcessFunction("tests.gateway.troubled_handlers.act"), settings, concurrency=1) as act,
        Function(ProcessFunction("tests.gateway.troubled_handlers.tell")) as tell,
        InvokeFront({"act": act, "tell": tell}) as front,
    ):
        yield front


def post(
    front: InvokeFront, path: str, body: bytes | object, headers: dict[str, str] | None = None, *, method: str = "POST"
) -> Answer:
    """One event on its way through the front."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(front.url).netloc, timeout=10)
    try:
        connection.request(method, path, body if isinstance(body, bytes) else json.dumps(body), headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def test_an_event_is_answered_by_the_function_of_that_name(front: InvokeFront) -> None:
    answer = post(front, "/tell", {"grüezi": "漢字"})

    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json()["event"] == {"grüezi": "漢字"}
    assert answer.json()["arn"].endswith(":function:skep-function")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/tell:live", {}),
        ("/tell%3Alive", {}),
        ("/tell", {"X-Amzn-Lambda-Function-Arn": f"{ARN}:live"}),
        ("/", {"X-Amzn-Lambda-Function-Name": "tell", "X-Amzn-Lambda-Function-Arn": f"{ARN}:live"}),
    ],
)
def test_an_alias_arrives_in_the_function_s_arn(front: InvokeFront, path: str, headers: dict[str, str]) -> None:
    assert post(front, path, 1, headers).json()["arn"].endswith(":function:skep-function:live")


def test_a_version_that_only_a_header_names_is_the_one_that_runs(front: InvokeFront) -> None:
    headers = {"X-Amzn-Lambda-Function-Arn": ARN, "X-Amzn-Lambda-Function-Version": "7"}

    assert post(front, "/tell", 1, headers).json()["arn"].endswith(":function:skep-function:7")


def test_the_emulator_s_request_id_and_trace_are_the_function_s(front: InvokeFront) -> None:
    told = post(front, "/tell", 1, {"X-Amzn-Lambda-Request-Id": "r-77", "X-Amzn-Trace-Id": "Root=1-2-3"}).json()

    assert (told["request_id"], told["trace_id"]) == ("r-77", "Root=1-2-3")


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"raise": "no luck"}, "LookupError"),
        ({"exit": 2}, "Runtime.ExitError"),
        ({"sleep": 9}, "Sandbox.Timedout"),
    ],
)
def test_a_function_s_error_is_no_2xx_and_the_next_event_goes_well(
    front: InvokeFront, event: dict[str, Any], kind: str
) -> None:
    answer = post(front, "/act", event)

    assert (answer.status, answer.headers["X-Amz-Function-Error"]) == (502, "Unhandled")
    assert answer.json()["errorType"] == kind
    assert post(front, "/act", {}).status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("POST", "/nothing", b"{}", 404, "ResourceNotFoundException"),
        ("POST", "/", b"{}", 404, "ResourceNotFoundException"),
        ("POST", "/tell", b"{", 400, "InvalidRequestContentException"),
        ("POST", "/tell", b'"\xff"', 400, "InvalidRequestContentException"),
        ("POST", "/tell", b'"%b"' % (b"x" * MAX_EVENT_BYTES), 413, "RequestTooLargeException"),
        ("GET", "/tell", b"", 405, "MethodNotAllowedException"),
    ],
)
def test_what_lambda_would_refuse_is_refused_in_its_words(
    front: InvokeFront, method: str, path: str, body: bytes, status: int, kind: str
) -> None:
    answer = post(front, path, body, method=method)

    assert (answer.status, answer.headers["X-Amzn-ErrorType"]) == (status, kind)
    assert answer.json()["message"]


def test_one_event_too_many_at_the_same_time_is_throttled(front: InvokeFront) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(front, "/act", {"sleep": 0.5}), range(4)))

    assert sorted(answer.status for answer in answers) == [200, 429, 429, 429]
    throttled = next(answer for answer in answers if answer.status == 429)
    assert throttled.headers["X-Amzn-ErrorType"] == "TooManyRequestsException"
    assert throttled.json()["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
