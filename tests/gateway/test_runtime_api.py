"""A handler behind the adapter, run by the real awslambdaric."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from tests.gateway.runtime_api import FunctionError, InitError, RuntimeApi
from tests.gateway.support import make_event


@pytest.fixture(scope="module")
def runtime() -> Iterator[RuntimeApi]:
    """The sample handler in an execution environment of its own."""
    with RuntimeApi("tests.gateway.sample_handler.handler") as runtime:
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
            "X-Function": ["skep-sample_handler"],
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


def test_what_a_handler_raises_is_reported() -> None:
    with (
        RuntimeApi("tests.gateway.sample_handler.broken_handler") as runtime,
        pytest.raises(FunctionError, match="LookupError: 'no luck'|LookupError: no luck"),
    ):
        runtime.invoke({"wanted": "luck"})


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        ("tests.gateway.nothing_here.handler", "nothing_here"),
        ("tests.gateway.sample_handler.nothing", "nothing"),
    ],
)
def test_a_handler_that_can_not_be_imported_is_an_init_error(handler: str, message: str) -> None:
    with pytest.raises(InitError, match=message):
        RuntimeApi(handler).start()
