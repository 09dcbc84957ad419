"""Turns API Gateway's REST API (v1) proxy event into a WSGI environ, as PEP 3333 wants it."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus, unquote, unquote_to_bytes

Event = dict[str, Any]

# Header names come from clients: the cache must not grow for ever.
_MAX_CACHED_NAMES = 512
_ENVIRON_KEYS: dict[str, str] = {}


class BrokenBody(Exception):
    """The event says that its body is base64, and it isn't."""


def fill_environ(environ: dict[str, Any], event: Event, context: object) -> None:
    """Set in `environ` what `event` says; raises BrokenBody for base64 that isn't.

    The app finds there, besides WSGI's own names: `skep.user_arn` (the IAM caller or None; only
    ever from the event, never from a header), `skep.request_id`, `skep.resource` (API Gateway's
    path template), `skep.lambda_context`, and REMOTE_USER when there is an IAM caller.
    """
    request = event.get("requestContext") or {}
    identity = request.get("identity") or {}
    environ["REQUEST_METHOD"] = event["httpMethod"]
    environ["SCRIPT_NAME"], environ["PATH_INFO"] = _split_path(event, request)
    environ["QUERY_STRING"] = _query_string(event)
    # X-Forwarded-For begins with whatever the client sent; sourceIp is API Gateway's own.
    environ["REMOTE_ADDR"] = identity.get("sourceIp") or "127.0.0.1"
    _put_headers(environ, event)
    _put_server(environ, request)
    body = event.get("body")
    if body:
        data = _decode_body(body, event.get("isBase64Encoded"))
        environ["CONTENT_LENGTH"] = str(len(data))
        environ["wsgi.input"] = BytesIO(data)
    arn = identity.get("userArn")
    if arn:
        environ["REMOTE_USER"] = arn
    environ["skep.user_arn"] = arn or None
    environ["skep.request_id"] = get_request_id(event, context)
    environ["skep.resource"] = event.get("resource")
    environ["skep.lambda_context"] = context
    environ["awsgi.event"] = event


def get_request_id(event: Event, context: object) -> str | None:
    """Return API Gateway's request id, else Lambda's, else None."""
    request = event.get("requestContext") or {}
    return request.get("requestId") or getattr(context, "aws_request_id", None)


def _text(text: str) -> str:
    """Return `text` as PEP 3333 wants it: its UTF-8 bytes, each as one Latin-1 character."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("latin-1")


def _path(path: str) -> str:
    # API Gateway sends the path as the client encoded it; some emulators send it decoded.
    if "%" not in path and path.isascii():
        return path
    return unquote_to_bytes(path.encode("utf-8", "replace")).decode("latin-1")


def _split_path(event: Event, request: dict[str, Any]) -> tuple[str, str]:
    """Return SCRIPT_NAME and PATH_INFO: what stands before the app's own path, and that path."""
    path = event.get("path") or "/"
    if ".execute-api." in (request.get("domainName") or ""):
        stage = request.get("stage")
        return f"/{_text(stage)}" if stage else "", _path(path)
    resource = event.get("resource") or ""
    if not resource or ("+}" not in resource and path.rstrip("/").count("/") <= resource.rstrip("/").count("/")):
        return "", _path(path)
    base = _base_path(path, resource, event.get("pathParameters") or {})
    return _path(base), _path(path[len(base) :] or "/")


def _base_path(path: str, resource: str, parameters: dict[str, str]) -> str:
    """Return `path` less `resource` filled from `parameters`, or "" where they don't fit.

    A custom domain's base path mapping is not named in the event; it only shows in `path`.
    """
    segments = path.strip("/").split("/")
    wanted = resource.strip("/").split("/") if resource.strip("/") else []
    for skipped in range(len(segments) - len(wanted) + 1):
        if _fits(segments[skipped:], wanted, parameters):
            return "".join(f"/{segment}" for segment in segments[:skipped])
    return ""


def _fits(segments: list[str], wanted: list[str], parameters: dict[str, str]) -> bool:
    if wanted and wanted[-1].endswith("+}"):
        last = len(wanted) - 1
        segments = [*segments[:last], "/".join(segments[last:])]
    if len(segments) != len(wanted):
        return False
    return all(
        _same(
            segment,
            parameters.get(name.strip("{+}"), segment) if name[0] == "{" else name,
        )
        for segment, name in zip(segments, wanted, strict=True)
    )


def _same(segment: str, value: str) -> bool:
    # A parameter's value comes encoded from a proxy resource and decoded from some emulators.
    return segment == value or unquote(segment) == unquote(value)


def _query_string(event: Event) -> str:
    many = event.get("multiValueQueryStringParameters")
    if not many:
        single = event.get("queryStringParameters")
        if not single:
            return ""
        many = {name: (value,) for name, value in single.items()}
    return "&".join(
        f"{_quote(name)}={_quote(value or '')}" for name, values in many.items() for value in values or ("",)
    )


def _quote(text: str) -> str:
    return text if text.isascii() and text.isalnum() else quote_plus(text, errors="replace")


def _put_headers(environ: dict[str, Any], event: Event) -> None:
    many = event.get("multiValueHeaders")
    if not many:
        # The console's test sends null headers; hand-made events only the single-valued ones.
        many = {name: (value,) for name, value in (event.get("headers") or {}).items()}
    # The usual request repeats no header, and all names are known: a third of the loop's cost.
    try:
        found = {_ENVIRON_KEYS[name]: values[0] for name, values in many.items()}
        is_usual = sum(map(len, many.values())) == len(found) and "".join(found.values()).isascii()
    except (KeyError, IndexError, TypeError):
        is_usual = False
    if is_usual:
        environ.update(found)
        environ.pop("", None)
        return
    for name, values in many.items():
        key = _ENVIRON_KEYS.get(name)
        if key is None:
            key = _environ_key(name)
        _put_header(environ, key, [value for value in values or () if value is not None])


def _put_header(environ: dict[str, Any], key: str, values: list[str]) -> None:
    if not key or not values:
        return
    # Cookie and cookie are two names to JSON and one header to HTTP.
    if key in environ:
        values.insert(0, environ[key])
    separator = "; " if key == "HTTP_COOKIE" else ", "
    environ[key] = _text(separator.join(values))


def _environ_key(name: str) -> str:
    """Return the environ key of a header, or "" for one that the app must not see."""
    upper = name.upper()
    if upper == "CONTENT-TYPE":
        key = "CONTENT_TYPE"
    elif "_" in upper or upper == "CONTENT-LENGTH":
        # X_Api_Key would pass for X-Api-Key; the length is that of the decoded body, by us.
        key = ""
    else:
        key = "HTTP_" + upper.replace("-", "_")
    if len(_ENVIRON_KEYS) < _MAX_CACHED_NAMES:
        _ENVIRON_KEYS[name] = key
    return key


def _put_server(environ: dict[str, Any], request: dict[str, Any]) -> None:
    scheme = environ.get("HTTP_X_FORWARDED_PROTO")
    if scheme not in ("https", "http"):
        scheme = "https"
    port = environ.get("HTTP_X_FORWARDED_PORT", "")
    if not port.isdigit():
        port = "443" if scheme == "https" else "80"
    host = environ.get("HTTP_HOST") or request.get("domainName") or "localhost"
    if ":" in host:
        name, _, digits = host.rpartition(":")
        if digits.isdigit():
            host, port = name, digits
    environ["wsgi.url_scheme"] = scheme
    environ["SERVER_NAME"] = host
    environ["SERVER_PORT"] = port


def _decode_body(body: str, is_base64: bool | None) -> bytes:
    if not is_base64:
        # A lone surrogate becomes bytes that are not UTF-8, for the app to refuse.
        return body.encode("utf-8", "surrogatepass")
    try:
        return b64decode(body, validate=True)
    except ValueError as error:
        raise BrokenBody from error
