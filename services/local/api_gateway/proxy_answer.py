"""Turns what a Lambda handler returned into the HTTP response that API Gateway makes of it."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import Any

from services.local.api_gateway.messages import BadGateway, Headers, Request, Response
from services.local.api_gateway.proxy_event import MAX_PAYLOAD_BYTES, is_binary

# API Gateway, "Important notes for REST APIs": what comes back under another name.
_REMAPPED = {
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "trailer",
    "upgrade",
    "user-agent",
    "www-authenticate",
}
_DROPPED = {"keep-alive", "proxy-connection", "transfer-encoding"}

_ANSWER_KEYS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE_FORBIDS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class MalformedAnswer(BadGateway):
    """Internal server error"""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


def read_answer(answer: Any, request: Request, event: dict[str, Any]) -> Response:
    """Return the response that API Gateway makes of `answer`.

    Base64 is only decoded when the first media type of Accept is a binary one: API Gateway looks
    at nothing else ("Return binary media from a Lambda proxy integration", developer guide).
    Raises MalformedAnswer (502), whose `reason` is for the log.
    """
    _check_shape(answer)
    status = _read_status(answer.get("statusCode"))
    headers = _read_headers(answer)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    body = _read_body(answer, is_binary(request.get_header("Accept")))
    context = event["requestContext"]
    trace = event["multiValueHeaders"].get("X-Amzn-Trace-Id")
    headers += [
        ("x-amzn-RequestId", context["requestId"]),
        ("x-amz-apigw-id", context["extendedRequestId"]),
        *((("X-Amzn-Trace-Id", trace[-1]),) if trace else ()),
    ]
    return Response(status, headers, body)


def _check_shape(answer: Any) -> None:
    if not isinstance(answer, dict):
        raise MalformedAnswer(f"The handler returned {type(answer).__name__}, not a dict.")
    if unknown := set(answer) - _ANSWER_KEYS:
        raise MalformedAnswer(f"The handler's answer has unknown keys: {sorted(unknown)}.")
    try:
        size = len(json.dumps(answer))
    except (TypeError, ValueError) as error:
        raise MalformedAnswer(f"The handler's answer is not JSON: {error}") from error
    if size > MAX_PAYLOAD_BYTES:
        raise MalformedAnswer(f"The handler's answer is {size} bytes; Lambda's limit is 6 MB.")


def _read_status(value: Any) -> int:
    try:
        status = int(200 if value is None else value)
    except (TypeError, ValueError) as error:
        raise MalformedAnswer(f"statusCode is {value!r}.") from error
    if not 200 <= status <= 599:
        raise MalformedAnswer(f"statusCode is {status}.")
    return status


def _read_headers(answer: dict[str, Any]) -> Headers:
    single, many = answer.get("headers") or {}, answer.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(many, dict):
        raise MalformedAnswer("headers and multiValueHeaders are objects.")
    lowered = {name.lower() for name in many}
    pairs = [(name, value) for name, value in single.items() if name.lower() not in lowered]
    for name, values in many.items():
        if not isinstance(values, list):
            raise MalformedAnswer(f"multiValueHeaders[{name!r}] is not a list.")
        pairs += [(name, value) for value in values]
    return [_read_header(n, v) for n, v in pairs if n.lower() not in _DROPPED and v is not None]


def _read_header(name: str, value: Any) -> tuple[str, str]:
    text = json.dumps(value) if isinstance(value, (bool, int, float)) else value
    if not isinstance(text, str):
        raise MalformedAnswer(f"The header {name!r} has a {type(value).__name__} for a value.")
    # Also what keeps a line break in a value from becoming a header of its own.
    if not _HEADER_NAME.fullmatch(name) or _HEADER_VALUE_FORBIDS.search(text):
        raise MalformedAnswer(f"The header {name!r} can't be sent as it is.")
    return (f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name), text


def _read_body(answer: dict[str, Any], accepts_binary: bool) -> bytes:
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedAnswer(f"body is a {type(body).__name__}, not a string.")
    if answer.get("isBase64Encoded") is True and accepts_binary:
        try:
            return b64decode(body, validate=True)
        except ValueError as error:
            raise MalformedAnswer("body is not base64.") from error
    return body.encode("utf-8", "replace")
