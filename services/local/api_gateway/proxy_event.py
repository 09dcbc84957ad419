"""Turns an HTTP request into the event that a REST API (v1) sends to Lambda."""

from __future__ import annotations

import json
import re
import secrets
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from services.local.api_gateway.messages import Headers, Request
from services.local.api_gateway.routing import Match
from services.shared.errors import BadRequest, TooLarge

Event = dict[str, Any]

#: API Gateway's limit for a request's body (REST API quotas).
MAX_BODY_BYTES = 10 * 1024 * 1024
#: Lambda's limit for an event and for an answer, in bytes of JSON (Lambda quotas).
MAX_PAYLOAD_BYTES = 6_291_556

#: binaryMediaTypes. Not */*, which would send every JSON body as base64: a third larger, decoded
#: in each request, and one media type that no CORS preflight survives. text/csv is among them
#: because a spreadsheet's CSV may be UTF-16 or Windows-1252, which API Gateway would ruin by
#: reading it as UTF-8.
BINARY_MEDIA_TYPES = (
    "application/gzip",
    "application/octet-stream",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/zip",
    "image/*",
    "multipart/form-data",
    "text/csv",
)

LOCAL_ACCOUNT_ID = "000000000000"
LOCAL_API_ID = "skep000000"
LOCAL_REGION = "eu-west-1"

# API Gateway, "Important notes for REST APIs": what never reaches an integration.
_DROPPED_FROM_REQUEST = {
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
}

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PORT = re.compile(r":\d+$")
_RAW_IN_QUERY = re.compile(r"[{}|]")
_IDENTITY_KEYS = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


@dataclass(frozen=True)
class Place:
    """Where the API stands: under a stage's own address, or under a custom domain."""

    stage: str | None = None
    base_path: str = ""

    @property
    def prefix(self) -> str:
        """What comes before the API's own paths in a URL: "", "/dev", "/crm"."""
        return f"/{self.stage}" if self.stage else self.base_path


@dataclass(frozen=True)
class Caller:
    """What API Gateway learnt about the caller: an IAM role's ARN or an API key, or neither."""

    user_arn: str | None = None
    api_key: str | None = None


def make_event(request: Request, match: Match, place: Place, caller: Caller, request_id: str) -> Event:
    """Return the event for `request`, whose path is still the whole one of the URL.

    Source: "Input format of a Lambda function for proxy integration", API Gateway's developer
    guide. Raises BadRequest, TooLarge.
    """
    path = request.path
    own_path = path.removeprefix(place.prefix) or "/"
    headers = _group([*_forwarded(request), *_trace(request)])
    query = _group(_parse_query(request.query))
    body, is_base64 = _read_body(request)
    event: Event = {
        "resource": match.route.path,
        # A custom domain's base path stays in `path`; a stage does not.
        "path": own_path if place.stage else path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": match.path_parameters or None,
        "stageVariables": None,
        "requestContext": _request_context(request, match, place, caller, request_id),
        "body": body,
        "isBase64Encoded": is_base64,
    }
    if body and len(json.dumps(event)) > MAX_PAYLOAD_BYTES:
        raise TooLarge("The request is larger than 6 MB, the most that Lambda takes.")
    return event


def check_escapes(request: Request) -> None:
    """Raise BadRequest where API Gateway refuses the URL before looking at it."""
    if _BROKEN_ESCAPE.search(request.path) or _BROKEN_ESCAPE.search(request.query):
        raise BadRequest("The URL has a '%' without two hexadecimal digits.")
    if _RAW_IN_QUERY.search(request.query):
        raise BadRequest("Write '{', '}' and '|' in a query as %7B, %7D and %7C.")


def _parse_query(query: str) -> Headers:
    return parse_qsl(query, keep_blank_values=True, errors="replace")


def _forwarded(request: Request) -> Headers:
    kept = []
    came_through = []
    for name, value in request.headers:
        lower = name.lower()
        if lower == "x-forwarded-for":
            came_through.append(value)
        elif lower not in _DROPPED_FROM_REQUEST and lower not in {
            "x-forwarded-port",
            "x-forwarded-proto",
        }:
            kept.append((name, _utf8(value)))
    return [
        *kept,
        ("X-Forwarded-For", ", ".join([*came_through, request.source_ip])),
        ("X-Forwarded-Port", str(request.port)),
        # AWS would say https; this gateway speaks http, and links must lead back to it.
        ("X-Forwarded-Proto", "http"),
    ]


def _trace(request: Request) -> Headers:
    if request.get_header("X-Amzn-Trace-Id"):
        return []
    return [("X-Amzn-Trace-Id", f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}")]


def _utf8(value: str) -> str:
    """Return a header's value, read from the wire as Latin-1, as the UTF-8 that it mostly is."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _group(pairs: Headers) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _read_body(request: Request) -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    if is_binary(request.get_header("Content-Type")):
        return b64encode(request.body).decode("ascii"), True
    return request.body.decode("utf-8", "replace"), False


def is_binary(media_types: str | None) -> bool:
    """Return whether the first of `media_types` (Content-Type or Accept) is a binary one."""
    first = (media_types or "").split(",")[0].split(";")[0].strip().lower()
    family = first.split("/")[0] + "/*"
    return first in BINARY_MEDIA_TYPES or family in BINARY_MEDIA_TYPES


def _request_context(request: Request, match: Match, place: Place, caller: Caller, request_id: str) -> dict[str, Any]:
    now = time.time()
    host = _PORT.sub("", request.get_header("Host") or "localhost")
    domain = f"{LOCAL_API_ID}.execute-api.{LOCAL_REGION}.amazonaws.com" if place.stage else host
    return {
        "accountId": LOCAL_ACCOUNT_ID,
        "apiId": LOCAL_API_ID,
        "deploymentId": "local0",
        "domainName": domain,
        "domainPrefix": domain.split(".")[0],
        "extendedRequestId": secrets.token_urlsafe(11) + "=",
        "httpMethod": request.method,
        "identity": _identity(request, caller),
        "path": request.path,
        "protocol": "HTTP/1.1",
        "requestId": request_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "requestTimeEpoch": int(now * 1000),
        "resourceId": "local0",
        "resourcePath": match.route.path,
        "stage": place.stage or "local",
    }


def _identity(request: Request, caller: Caller) -> dict[str, str | None]:
    identity: dict[str, str | None] = dict.fromkeys(_IDENTITY_KEYS)
    identity["sourceIp"] = request.source_ip
    identity["userAgent"] = request.get_header("User-Agent")
    if caller.api_key is not None:
        identity["apiKey"] = caller.api_key
        identity["apiKeyId"] = "local00000"
    if caller.user_arn is not None:
        name = caller.user_arn.rpartition(":")[2]
        identity["accessKey"] = "ASIALOCALGATEWAY0000"
        identity["accountId"] = (caller.user_arn.split(":") + [""] * 5)[4]
        identity["caller"] = identity["user"] = name
        identity["userArn"] = caller.user_arn
    return identity
