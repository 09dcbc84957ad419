"""API Gateway's proxy event as AWS sends it, made of the one that the emulator sends."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from services.local.api_gateway.messages import BadGateway, GatewayTimeout
from services.local.lambda_runtime.failures import EventTooLarge, TimedOut
from services.shared.errors import SkepError, TooLarge, problem

__all__ = ["is_request", "make_failure", "repair"]

Event = dict[str, Any]

_PORT = re.compile(r":\d+$")
_SAFE_IN_PATH = "/:@!$&'()*+,;=~-._"


def is_request(event: Any) -> bool:
    """Whether the event is an HTTP request, and not a message or a schedule's."""
    return isinstance(event, dict) and "httpMethod" in event and isinstance(event.get("requestContext"), dict)


def repair(event: Event) -> Event:
    """The event with what the emulator leaves out, or has otherwise than AWS.

    It decodes the path, so that a slash that was sent as %2F is one now: that alone can't be mended.
    """
    headers: dict[str, list[str]] = event.get("multiValueHeaders") or {}
    context = event["requestContext"]
    host = _last(headers, "host") or "localhost"
    domain = _PORT.sub("", host)
    identity = dict(context.get("identity") or {})
    key = _last(headers, "x-api-key")
    if key is not None:
        identity |= {"apiKey": key}
    query = event.get("multiValueQueryStringParameters") or {}
    port = host.removeprefix(domain).lstrip(":") or "80"
    headers |= {
        "x-forwarded-for": [", ".join([*headers.get("x-forwarded-for", []), "127.0.0.1"])],
        "x-forwarded-port": [port],
        "x-forwarded-proto": ["http"],  # AWS would say https; links must lead back to here
    }
    return {
        **{name: value for name, value in event.items() if name != "version"},
        "path": quote(event["path"], safe=_SAFE_IN_PATH),
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "requestContext": {
            **context,
            "domainName": domain,
            "domainPrefix": domain.split(".")[0],
            "identity": {**identity, "sourceIp": "127.0.0.1"},
        },
    }


def make_failure(event: Event, error: Exception) -> bytes:
    """The answer of an API whose function failed, as its gateway responses have it: the emulator shows the error."""
    told: SkepError = BadGateway()
    if isinstance(error, EventTooLarge):
        told = TooLarge()
    elif isinstance(error, TimedOut):
        told = GatewayTimeout()
    answer = {
        "statusCode": told.status,
        "headers": {"Content-Type": "application/problem+json"},
        "body": json.dumps(problem(told, event["requestContext"].get("requestId"))),
    }
    return json.dumps(answer).encode()


def _last(headers: dict[str, list[str]], name: str) -> str | None:
    values = next((values for key, values in headers.items() if key.lower() == name), [])
    return values[-1] if values else None
