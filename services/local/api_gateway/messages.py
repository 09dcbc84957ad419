"""What the local gateway passes between its parts: requests, responses, problems."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import BinaryIO

from services.shared.errors import SkepError, problem

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """An HTTP request as it was sent: `path` and `query` still percent-encoded."""

    method: str
    path: str
    query: str = ""
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    port: int = 443

    def get_header(self, name: str) -> str | None:
        """Return the last header of that name, or None; case makes no difference."""
        wanted = name.lower()
        return next((v for n, v in reversed(self.headers) if n.lower() == wanted), None)


@dataclass(frozen=True)
class Response:
    """An HTTP response; Content-Length and Date are the server's own. file: sent and closed in place of the body."""

    status: int
    headers: Headers
    body: bytes = b""
    file: BinaryIO | None = None


class MethodNotAllowed(SkepError):
    """API Gateway knows no such method."""

    status, code = 405, "method_not_allowed"


class RequestTimeout(SkepError):
    """The request did not arrive in time."""

    status, code = 408, "request_timeout"


class UriTooLong(SkepError):
    """The URL is too long."""

    status, code = 414, "uri_too_long"


class HeadersTooLarge(SkepError):
    """The headers and the URL together are larger than 10,240 bytes."""

    status, code = 431, "headers_too_large"


class BadGateway(SkepError):
    """Internal server error"""

    status, code = 502, "bad_gateway"


class GatewayTimeout(SkepError):
    """Endpoint request timed out"""

    status, code = 504, "gateway_timeout"


def make_problem(error: SkepError, request_id: str) -> Response:
    """Return what the gateway itself answers, as application/problem+json (RFC 9457)."""
    headers = [("Content-Type", "application/problem+json"), *error.headers.items()]
    return Response(error.status, headers, json.dumps(problem(error, request_id)).encode())
