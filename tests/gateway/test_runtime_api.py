"""A handler behind the adapter, run by the real awslambdaric; and what an execution environment does in trouble."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from services.local.lambda_runtime.failures import (
    MAX_EVENT_BYTES,
    AnswerTooLarge,
    Crashed,
    EventTooLarge,
    FunctionError,
    Gone,
    InitError,
    TimedOut,
)
from services.local.lambda_runtime.runtime_api import RuntimeApi
from services.local.lambda_runtime.sandboxes import ProcessFunction
from services.local.lambda_runtime.settings import Call, FunctionSettings
from services.shared.lambda_adapter import MAX_ANSWER_BYTES
from tests.gateway.support import make_event

ACT = ProcessFunction("tests.gateway.troubled_handlers.act")
TELL = ProcessFunction("tests.gateway.troubled_handlers.tell", {"SKEP_COLOUR": "red"})


def begins(how: str) -> ProcessFunction:
    """A function whose init does something."""
    return ProcessFunction("tests.gateway.bad_beginnings.handler", {"SKEP_TEST_BEGINNING": how})


@pytest.fixture(scope="module")
def runtime() -> Iterator[RuntimeApi]:
    """The sample handler in an execution environment of its own."""
    start = ProcessFunction("tests.gateway.sample_handler.handler")
    with RuntimeApi(start, FunctionSettings("skep-sample")) as runtime:
        yield runtime


@pytest.fixture
def acting() -> Iterator[RuntimeApi]:
    """A handler that does what it is told, with a second for it."""
    with RuntimeApi(ACT, FunctionSettings(timeout_seconds=1.0)) as runtime:
        yield runtime


@pytest.mark.parametrize("data", ["grüezi 漢字".encode(), b"\x00\xff"])
def test_a_handler_answers_under_the_real_runtime(runtime: RuntimeApi, data: bytes) -> None:
    event = make_event(
        "POST",
        "/v1/echo",
        resource="/v1/echo",
        query={"tag": ["x", "y"]},
        headers={"Content-Type": ["application/octet-stream"]},
        body=base64.b64encode(data).decode(),
        is_base64=True,
    )
    is_text = data != b"\x00\xff"

    assert runtime.invoke(event) == {
        "statusCode": 200,
        "multiValueHeaders": {
            "Content-Type": ["application/octet-stream"],
            "X-Args": ["x,y"],
            "X-Function": ["skep-sample"],
            "X-Has-Time": ["True"],
            "Set-Cookie": ["a=1; Path=/", "b=2; Path=/"],
        },
        "body": data.decode() if is_text else base64.b64encode(data).decode(),
        "isBase64Encoded": not is_text,
    }


def test_one_environment_answers_many_requests(runtime: RuntimeApi) -> None:
    event = make_event("GET", "/nowhere", resource="/nowhere")

    assert [runtime.invoke(event)["statusCode"] for _ in range(20)] == [404] * 20


def test_an_event_of_another_kind_is_a_lambda_error(runtime: RuntimeApi) -> None:
    with pytest.raises(FunctionError) as caught:
        runtime.invoke({"warmer": True})

    assert caught.value.error["errorType"] == "UnknownEvent"
    assert "httpMethod" in caught.value.error["errorMessage"]


def test_what_a_handler_raises_is_reported_and_the_environment_goes_on(acting: RuntimeApi) -> None:
    with pytest.raises(FunctionError, match="LookupError: no luck"):
        acting.invoke({"raise": "no luck"})

    assert acting.invoke({})["pid"]


def test_a_handler_is_told_what_lambda_tells() -> None:
    settings = FunctionSettings("skep-told", version="7", memory_mb=640, timeout_seconds=5.0)
    call = Call("live", "r-1", "Root=1-6702f1aa-0f1e2d3c4b5a69788796a5b4;Parent=53995c3f42cd8ad8;Sampled=1")
    with RuntimeApi(TELL, settings) as runtime:
        told = runtime.invoke({"some": "thing"}, call)

    assert 4000 < told.pop("left_ms") <= 5000
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[7\][0-9a-f]{32}", told["log_stream"])
    assert told["environment"]["AWS_LAMBDA_LOG_STREAM_NAME"] == told.pop("log_stream")
    environment = told.pop("environment")
    del told["pid"]
    assert told == {
        "event": {"some": "thing"},
        "count": 1,
        "request_id": "r-1",
        "arn": "arn:aws:lambda:eu-west-1:000000000000:function:skep-told:live",
        "version": "7",
        "name": "skep-told",
        "memory_mb": 640,
        "log_group": "/aws/lambda/skep-told",
        "client_context": None,
        "trace_id": call.trace_id,
    }
    assert environment["AWS_REGION"] == "eu-west-1"
    assert environment["SKEP_COLOUR"] == "red"


def test_without_a_qualifier_the_arn_is_the_function_s_and_each_call_has_ids_of_its_own() -> None:
    with RuntimeApi(TELL) as runtime:
        first, second = runtime.invoke(1), runtime.invoke(2)

    assert first["arn"].endswith(":function:skep-function")
    assert first["request_id"] != second["request_id"]
    assert first["trace_id"] != second["trace_id"]
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", first["trace_id"])


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        ("tests.gateway.nothing_here.handler", "nothing_here"),
        ("tests.gateway.sample_handler.nothing", "nothing"),
    ],
)
def test_a_handler_that_can_not_be_imported_is_an_init_error(handler: str, message: str) -> None:
    runtime = RuntimeApi(ProcessFunction(handler))
    with pytest.raises(InitError, match=message):
        runtime.start()
    assert not runtime.is_alive


@pytest.mark.parametrize(
    ("how", "kind", "message"),
    [
        ("raise", "RuntimeError", "set A, B in the environment"),
        ("exit", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("hang", "Sandbox.Timedout", "Task timed out after 0.70 seconds"),
    ],
)
def test_an_init_that_fails_says_how(how: str, kind: str, message: str) -> None:
    with pytest.raises(InitError) as caught:
        RuntimeApi(begins(how)).start(limit_seconds=5 if how != "hang" else 0.7)

    assert caught.value.error["errorType"] == kind
    assert caught.value.error["errorMessage"].endswith(message)


def test_at_its_time_out_a_function_is_killed(acting: RuntimeApi) -> None:
    began = time.monotonic()
    with pytest.raises(TimedOut) as caught:
        acting.invoke({"sleep": 30}, Call(request_id="r-9"))

    assert time.monotonic() - began < 3
    assert caught.value.error == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: r-9 Error: Task timed out after 1.00 seconds",
    }
    assert not acting.is_alive
    with pytest.raises(Gone):
        acting.invoke({})


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"exit": 1}, "Runtime exited with error: exit status 1"),
        ({"exit": 0}, "Runtime exited without providing a reason"),
        ({"signal": "SIGKILL"}, "Runtime exited with error: signal: killed"),
        ({"signal": "SIGSEGV"}, "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_a_crash_is_an_exit_error_that_says_how_it_ended(acting: RuntimeApi, event: dict[str, Any], said: str) -> None:
    with pytest.raises(Crashed) as caught:
        acting.invoke(event, Call(request_id="r-9"))

    assert caught.value.error == {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: r-9 Error: {said}"}
    assert not acting.is_alive


def test_an_answer_may_have_as_much_as_lambda_takes(acting: RuntimeApi) -> None:
    assert len(json.dumps(acting.invoke({"answer_bytes": MAX_ANSWER_BYTES}))) == MAX_ANSWER_BYTES


def test_a_larger_answer_is_an_error(acting: RuntimeApi) -> None:
    with pytest.raises(AnswerTooLarge) as caught:
        acting.invoke({"answer_bytes": MAX_ANSWER_BYTES + 1})

    assert caught.value.error["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_larger_event_never_reaches_the_function(acting: RuntimeApi) -> None:
    acting.invoke("x" * (MAX_EVENT_BYTES - 2))
    with pytest.raises(EventTooLarge):
        acting.invoke("x" * (MAX_EVENT_BYTES - 1))


def test_a_frozen_environment_does_nothing_until_it_is_thawed() -> None:
    with RuntimeApi(ACT, FunctionSettings(timeout_seconds=5.0)) as runtime:
        pid = runtime.invoke({})["pid"]
        runtime.freeze()
        state = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=True)
        assert state.stdout.startswith("T")
        # An invocation thaws it, as on Lambda.
        assert runtime.invoke({})["pid"] == pid


@pytest.mark.parametrize("is_frozen", [False, True])
def test_an_environment_ends_quickly_when_it_is_told_to(acting: RuntimeApi, is_frozen: bool) -> None:
    acting.invoke({})
    if is_frozen:
        acting.freeze()

    assert acting.terminate() < 1.0
    assert not acting.is_alive


def test_what_a_function_writes_can_be_read_meanwhile_and_afterwards(acting: RuntimeApi) -> None:
    acting.invoke({"print": "eins"})
    assert acting.read_log() == "eins\n"
    acting.invoke({"print": "zwei"})
    acting.stop()

    assert acting.read_log() == "eins\nzwei\n"


def test_a_process_that_was_killed_from_outside_is_seen_as_gone(acting: RuntimeApi) -> None:
    os.kill(acting.invoke({})["pid"], signal.SIGKILL)
    while acting.is_alive:
        time.sleep(0.01)
    with pytest.raises(Gone, match="signal: killed"):
        acting.invoke({})
