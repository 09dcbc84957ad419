"""Against forged requests: a token of the session in every form, and a cookie's twin at sign-in."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import g, request

from services.shared.errors import Forbidden

__all__ = ["FIELD", "HEADER", "SIGN_IN_COOKIE", "check", "check_header", "check_sign_in", "csrf_token"]

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
SIGN_IN_COOKIE = "skep_sign_in"
_SENTENCE = "This form is out of date, or was not sent from Skep. Load the page again and repeat."


def token_of(session: str) -> str:
    """The token that goes into the forms of a session."""
    return hmac.new(session.encode(), b"skep forms csrf", hashlib.sha256).hexdigest()


def csrf_token() -> str:
    """The token for a form of the page that is being made."""
    session = g.get("session_token")
    if session is not None:
        return token_of(session)
    if "sign_in_token" not in g:
        g.sign_in_token = request.cookies.get(SIGN_IN_COOKIE) or secrets.token_urlsafe(24)
    token: str = g.sign_in_token
    return token


def check(session: str) -> None:
    """Raises Forbidden unless the form that was sent is one of this session's."""
    _compare(token_of(session), request.form.get(FIELD, ""))


def check_header(session: str) -> None:
    """Raises Forbidden unless the header has the session's token."""
    _compare(token_of(session), request.headers.get(HEADER, ""))


def check_sign_in() -> None:
    """Raises Forbidden unless form and cookie have the same token, which no other site can set."""
    cookie = request.cookies.get(SIGN_IN_COOKIE, "")
    if not cookie:
        raise Forbidden("Your browser sent no cookie. Allow cookies for this site, and sign in again.")
    _compare(cookie, request.form.get(FIELD, ""))


def _compare(expected: str, given: str) -> None:
    if not hmac.compare_digest(expected.encode("utf-8", "replace"), given.encode("utf-8", "replace")):
        raise Forbidden(_SENTENCE)
