"""Who looks at a page: the person whose session the cookie names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from flask import Response, g, request

from services.forms import csrf
from services.records.store import get_record
from services.registry import TABLES
from services.shared.caller import Caller, Credential
from services.shared.errors import NotFound, Unauthorized
from services.shared.web import service

__all__ = ["COOKIE", "Visitor", "cookie_options", "find_token", "get_visitor", "session_caller", "set_session"]

COOKIE = "skep_session"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_READS = ("GET", "HEAD")


class CookieOptions(TypedDict):
    """How a cookie is set."""

    path: str
    httponly: bool
    samesite: str
    secure: bool


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person. name: as people read it."""

    caller: Caller
    name: str

    @property
    def role(self) -> str:
        """What the person may do."""
        return self.caller.identity.role

    @property
    def person_id(self) -> str:
        """The id of the person's record."""
        return self.caller.identity.person_id


def find_token() -> str | None:
    """The session's token that the cookie holds."""
    return request.cookies.get(COOKIE) or None


def get_visitor() -> Visitor:
    """Who is signed in, known to the rest of this request as well. Raises Unauthorized."""
    if "visitor" not in g:
        caller = _caller()
        # A page offers what the person may do now, and an ended session ends here.
        try:
            person = get_record(caller, TABLES["people"], caller.refresh().person_id, ("name",))
        except NotFound as error:
            raise Unauthorized() from error
        g.visitor = Visitor(caller, person["name"])
    visitor: Visitor = g.visitor
    return visitor


def session_caller() -> Caller:
    """The caller of the REST routes under /app/api. Raises Unauthorized, Forbidden (no CSRF header)."""
    caller = _caller()
    if request.method not in _READS:
        csrf.check_header(g.session_token)
    return caller


def _caller() -> Caller:
    token = find_token()
    if token is None:
        raise Unauthorized("Sign in first.")
    caller = Caller(service().database, Credential.from_secret("session", token), "forms")
    g.session_token, g.caller = token, caller
    return caller


def set_session(answer: Response, token: str | None) -> None:
    """Gives the browser a session's token, or takes it away."""
    if token is None:
        answer.delete_cookie(COOKIE, **cookie_options())
    else:
        answer.set_cookie(COOKIE, token, **cookie_options())


def cookie_options() -> CookieOptions:
    """How our cookies are set: for this path only, and only over TLS but on one's own machine."""
    host = request.host.rsplit(":", 1)[0] if request.host.count(":") == 1 else request.host
    host = host.partition("]")[0] + "]" if host.startswith("[") else host
    return {
        "path": request.script_root or "/",
        "httponly": True,
        "samesite": "Lax",
        "secure": request.scheme == "https" or host not in _LOOPBACK,
    }
