"""Signing in and out."""

from __future__ import annotations

import re

from flask import Response, g, request

from services.accounts import sessions
from services.forms import csrf
from services.forms.pages import go_to, show_page
from services.forms.visitor import cookie_options, find_token, get_visitor, set_session
from services.records.rest.http import check_parameters
from services.shared.errors import Unauthorized
from services.shared.web import service

__all__ = ["show_sign_in", "sign_in_now", "sign_out_now"]

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_REFUSED = {
    "wrong": (422, "This e-mail address and password do not belong together."),
    "wait": (429, "Too many sign-ins have failed. Wait 15 minutes, or ask an admin for a new password."),
}


def show_sign_in() -> Response:
    """200 with the form; 303 for who is signed in."""
    check_parameters(("next", "done", "receipt"))
    wanted = _local(request.args.get("next", ""))
    if find_token() is not None:
        try:
            get_visitor()
        except Unauthorized:
            # The form below is for nobody, so it must carry the cookie's twin, not the dead session's token.
            g.pop("session_token", None)
        else:
            return _go(wanted)
    return show_page("sign_in", None, email="", wanted=wanted, sentence=None)


def sign_in_now() -> Response:
    """303 with a session's cookie; 422 when e-mail and password don't fit, 429 after five failures; 403."""
    wanted = _local(request.form.get("next", ""))
    email = request.form.get("email", "")
    password = request.form.get("password", "")
    at_hand = service()
    done = sessions.sign_in(at_hand.database, email, password, at_hand.settings.session_hours)
    if done.token is None:
        status, sentence = _REFUSED[done.outcome]
        return show_page("sign_in", None, status=status, email=email[:254], wanted=wanted, sentence=sentence)
    answer = _go(wanted)
    set_session(answer, done.token)
    answer.delete_cookie(csrf.SIGN_IN_COOKIE, **cookie_options())
    return answer


def sign_out_now() -> Response:
    """303 to the sign-in page; the session has ended. 401, 403."""
    token = find_token()
    if token is not None:
        sessions.sign_out(service().database, token)
    answer = go_to("sign_in", done="signed-out")
    set_session(answer, None)
    return answer


def _local(wanted: str) -> str:
    """A path of ours to go on to; home for anything that could lead elsewhere."""
    return wanted if len(wanted) <= 2_000 and _LOCAL_PATH.fullmatch(wanted) else "/"


def _go(wanted: str) -> Response:
    return Response(status=303, headers={"Location": request.script_root + wanted})
