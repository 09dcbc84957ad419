"""The door through which others on this machine invoke functions: POST an event to /<function>[:qualifier].

Made for ministack's MINISTACK_LAMBDA_PROXY_URL, which takes each 2xx for an answer and all else for a function's error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import unquote

import orjson

from services.local.api_gateway.http_server import HttpServer
from services.local.api_gateway.messages import Request, Response
from services.local.lambda_runtime.failures import FunctionError, InvokeRefused
from services.local.lambda_runtime.settings import Call

__all__ = ["Invocable", "InvokeFront"]

_ARN_PARTS_WITH_QUALIFIER = 8
_HEADERS = "x-amzn-lambda-"


class Invocable(Protocol):
    """What answers events: a Function, or who has one."""

    def invoke_bytes(self, payload: bytes, call: Call) -> bytes:
        """The answer to an event, both as JSON text. Raises InvokeRefused or FunctionError, or one of their kin."""
        ...


class _Refused(InvokeRefused):
    """What the front itself has to say."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


class InvokeFront:
    """An HTTP server on loopback in front of functions, by name. Use it as a context manager, or start() and stop().

    Answers 200 with the function's answer, byte for byte; 502 with Lambda's error document and X-Amz-Function-Error;
    404, 413, 429 and the like as Lambda's Invoke does. A bare / takes name, version or alias, request id and trace
    from the headers that ministack sends (X-Amzn-Lambda-Function-Name, …). The functions stay their owner's to stop.
    """

    def __init__(self, functions: Mapping[str, Invocable], *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._functions = functions
        self._server = HttpServer(host, port, self._answer)
        self.url = f"http://{self._server.address}"

    def start(self) -> None:
        """Begins to answer."""
        self._server.start()

    def stop(self) -> None:
        """Stops answering."""
        self._server.stop()

    def __enter__(self) -> Self:
        """Starts."""
        self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Stops."""
        self.stop()

    def _answer(self, request: Request) -> Response:
        try:
            function, call = self._read(request)
            return _respond(200, function.invoke_bytes(request.body, call))
        except FunctionError as error:
            return _respond(502, json.dumps(error.error).encode(), {"X-Amz-Function-Error": "Unhandled"})
        except InvokeRefused as error:
            return _respond(error.status, json.dumps(error.as_json()).encode(), {"X-Amzn-ErrorType": error.kind})

    def _read(self, request: Request) -> tuple[Invocable, Call]:
        if request.method != "POST":
            raise _Refused(405, "MethodNotAllowedException", "POST an event to /<function>[:qualifier].")
        name, _, qualifier = unquote(request.path).strip("/").partition(":")
        name = name or request.get_header(_HEADERS + "function-name") or ""
        if name not in self._functions:
            raise _Refused(404, "ResourceNotFoundException", f"Function not found: {name}")
        try:
            orjson.loads(request.body)
        except ValueError:
            message = "Could not parse request body into json."
            raise _Refused(400, "InvalidRequestContentException", message) from None
        of_arn = _find_qualifier(request.get_header(_HEADERS + "function-arn"))
        told: dict[str, Any] = {
            # Who asks by an ARN without one says in a header which version an alias named.
            "qualifier": qualifier or of_arn or request.get_header(_HEADERS + "function-version"),
            "request_id": request.get_header(_HEADERS + "request-id"),
            "trace_id": request.get_header("x-amzn-trace-id"),
        }
        return self._functions[name], Call(**{part: value for part, value in told.items() if value})


def _find_qualifier(arn: str | None) -> str | None:
    """The alias or version at the end of a function's ARN."""
    parts = (arn or "").split(":")
    return parts[-1] if len(parts) == _ARN_PARTS_WITH_QUALIFIER else None


def _respond(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, [("Content-Type", "application/json"), *(headers or {}).items()], body)
