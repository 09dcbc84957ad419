"""The one error tree and its one body, RFC 9457 problem+json.

SkepError
├── BadRequest 400            a query, a header or a body that can't be read
├── Unauthorized 401          nobody we know
├── Forbidden 403             known, but not allowed
├── NotFound 404              not there, or not there for this principal
├── NotAcceptable 406         the answer can't be given in what Accept asks for
├── Conflict 409              clashes with what is there
│   ├── InProgress            a twin of this request still runs
│   └── KeyReused             the idempotency key was used for another request
├── CursorExpired 410         the feed was restored since; start anew
├── PreconditionFailed 412    If-Match names another version
├── TooLarge 413
├── UnsupportedMediaType 415
├── Invalid 422               fields with values that they can't have
└── Unavailable 503           the database did not answer
    └── ConnectionLost        and a write may have been made all the same
        └── NothingChanged    or not, since the lost message could not commit
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

__all__ = [
    "BadRequest",
    "Conflict",
    "ConnectionLost",
    "CursorExpired",
    "FieldError",
    "Forbidden",
    "InProgress",
    "Invalid",
    "KeyReused",
    "NotAcceptable",
    "NotFound",
    "NothingChanged",
    "PreconditionFailed",
    "SkepError",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "UnsupportedMediaType",
    "problem",
]

FieldError = dict[str, str]
"""{"field": name, "message": sentence}"""


class SkepError(Exception):
    """Something went wrong."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extra = extra
        super().__init__(self.detail)


class BadRequest(SkepError):
    """The request can't be read."""

    status, code = 400, "bad_request"


class Unauthorized(SkepError):
    """Nobody is known by these credentials. Check the key, or sign in again."""

    status, code = 401, "unauthorized"


class Forbidden(SkepError):
    """Your role does not allow this."""

    status, code = 403, "forbidden"


class NotFound(SkepError):
    """There is no such record."""

    status, code = 404, "not_found"


class NotAcceptable(SkepError):
    """The answer can't be given in what Accept asks for."""

    status, code = 406, "not_acceptable"


class Conflict(SkepError):
    """This clashes with what is there."""

    status, code = 409, "conflict"


class InProgress(Conflict):
    """The same request is still running. Ask again in a moment."""

    code = "in_progress"


class KeyReused(Conflict):
    """This idempotency key was used for another request. Take a new one."""

    code = "key_reused"


class CursorExpired(SkepError):
    """The feed was restored since this cursor was given. Start again without one."""

    status, code = 410, "cursor_expired"


class PreconditionFailed(SkepError):
    """The record has changed since you read it. `current` is how it is now."""

    status, code = 412, "precondition_failed"


class TooLarge(SkepError):
    """The request is too large."""

    status, code = 413, "too_large"


class UnsupportedMediaType(SkepError):
    """The body must be application/json."""

    status, code = 415, "unsupported_media_type"


class Invalid(SkepError):
    """Some fields can't have these values."""

    status, code = 422, "invalid"


class Unavailable(SkepError):
    """The database does not answer. Try again in a moment."""

    status, code = 503, "unavailable"


class ConnectionLost(Unavailable):
    """The connection to the database was lost. The change may have been made: look before you repeat it."""

    code = "connection_lost"


class NothingChanged(ConnectionLost):
    """The connection to the database was lost before anything was changed. Try again."""


def problem(error: SkepError, request_id: str | None) -> dict[str, Any]:
    """An error as the members of an RFC 9457 problem document, with our `code`, `errors` and `request_id`."""
    members: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "request_id": request_id,
    }
    if error.errors:
        members["errors"] = error.errors
    return members | error.extra
