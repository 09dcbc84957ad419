"""The bridge between Lambda and a WSGI app: runs aws-wsgi and repairs, for REST API (v1) proxy
events, what aws-wsgi 0.2.7 gets wrong on the way in (environ) and on the way out (answer)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import awsgi

from services.shared.errors import BadRequest, SkepError, TooLarge, problem
from services.shared.lambda_environ import (
    BrokenBody,
    Event,
    fill_environ,
    get_request_id,
)

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication

Answer = dict[str, Any]
Handler = Callable[[Event, Any], Answer]

#: Lambda's limit for one synchronous answer, in bytes of JSON (Lambda quotas, AWS Lambda guide).
MAX_ANSWER_BYTES = 6_291_556

# One byte of text becomes at most six of JSON (\u0000), so smaller bodies need no counting.
_SURELY_SMALL_BYTES = MAX_ANSWER_BYTES // 6 - 65_536

# aws-wsgi gets only what keeps its own loops empty; the true event is read by _Call.
_BARE_EVENT: Event = {"httpMethod": "GET", "path": "", "queryStringParameters": None}


class UnknownEvent(ValueError):
    """The event is not one of API Gateway's REST API (v1) proxy events."""


def make_handler(wsgi_app: WSGIApplication) -> Handler:
    """Return a Lambda handler that answers REST API (v1) proxy events with `wsgi_app`.

    What the app finds in its environ: see fill_environ. An answer always has the four keys
    statusCode, multiValueHeaders, body, isBase64Encoded. Raises UnknownEvent for anything else
    than a REST API proxy event.
    """

    def handler(event: Event, context: Any) -> Answer:
        if not isinstance(event, dict) or "httpMethod" not in event:
            raise UnknownEvent(_unknown(event))
        call = _Call(wsgi_app, event, context)
        awsgi.response(call, _BARE_EVENT, context)
        return call.answer

    return handler


def _unknown(event: object) -> str:
    found = ", ".join(sorted(map(str, event))[:8]) if isinstance(event, dict) else type(event)
    return (
        "Expected an API Gateway REST API (v1) Lambda proxy event, which has 'httpMethod'; "
        f"this one has: {found or 'nothing'}."
    )


class _Call:
    """One invocation, seen by aws-wsgi as the WSGI app: it keeps the answer for itself, since
    aws-wsgi would read status and headers too early and keep one header of each name."""

    def __init__(self, app: WSGIApplication, event: Event, context: object) -> None:
        self._app = app
        self._event = event
        self._context = context
        self._status: str | None = None
        self._headers: list[tuple[str, str]] = []
        self._chunks: list[bytes] = []
        self.answer: Answer = {}

    def __call__(self, environ: dict[str, Any], _start_response: StartResponse) -> Iterable[bytes]:
        try:
            fill_environ(environ, self._event, self._context)
        except BrokenBody:
            self.answer = self._problem(BadRequest("The body is not valid base64."))
            return ()
        iterable = self._app(environ, self._start)
        try:
            # Only now may the app call start_response: a generator does so when first read.
            self._chunks.extend(iterable)
        finally:
            # aws-wsgi never calls close(), which runs Response.call_on_close.
            close = getattr(iterable, "close", None)
            if close is not None:
                close()
        self.answer = self._answer()
        return ()

    def _start(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: OptExcInfo | None = None,
    ) -> Callable[[bytes], object]:
        # Nothing has been sent until _answer runs, so a second call may always replace the first.
        if self._status is not None and exc_info is None:
            raise AssertionError("start_response was called twice without exc_info (PEP 3333)")
        self._status = status
        self._headers = headers
        self._chunks.clear()
        return self._chunks.append

    def _answer(self) -> Answer:
        if self._status is None:
            raise AssertionError("The app returned without calling start_response (PEP 3333)")
        headers: dict[str, list[str]] = {}
        first_spelling: dict[str, list[str]] = {}
        for name, value in self._headers:
            lower = name.lower()
            # API Gateway counts for itself, and sends ours as x-amzn-Remapped-Content-Length.
            if lower == "content-length":
                continue
            values = first_spelling.get(lower)
            if values is None:
                headers[name] = first_spelling[lower] = [value]
            else:
                values.append(value)
        body = b"".join(self._chunks)
        text, is_base64 = _encode_body(body, "content-encoding" in first_spelling)
        answer: Answer = {
            "statusCode": int(self._status[:3]),
            "multiValueHeaders": headers,
            "body": text,
            "isBase64Encoded": is_base64,
        }
        if len(body) > _SURELY_SMALL_BYTES and len(json.dumps(answer)) > MAX_ANSWER_BYTES:
            return self._problem(TooLarge("The answer is larger than 6 MB. Ask for less at a time."))
        return answer

    def _problem(self, error: SkepError) -> Answer:
        body = problem(error, get_request_id(self._event, self._context))
        return {
            "statusCode": error.status,
            "multiValueHeaders": {"Content-Type": ["application/problem+json"]},
            "body": json.dumps(body),
            "isBase64Encoded": False,
        }


def _encode_body(body: bytes, is_encoded: bool) -> tuple[str, bool]:
    if not is_encoded:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return b64encode(body).decode("ascii"), True
