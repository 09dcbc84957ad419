"""Making a page: its template, who looks at it, where one can go from it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, render_template, request, url_for
from jinja2 import FileSystemLoader, StrictUndefined

from services.accounts.passwords import MIN_LENGTH
from services.forms import csrf
from services.forms.assets import asset_url
from services.forms.formats import FILTERS
from services.forms.visitor import Visitor, cookie_options
from services.records.table import Reference, Table
from services.registry import TABLES
from services.shared.errors import NotFound

__all__ = ["Notice", "find_table", "go_to", "prepare_templates", "secure", "show_page"]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DONE = {
    "created": "Saved.",
    "saved": "Saved.",
    "unchanged": "There was nothing to change, so nothing was saved.",
    "deleted": "Deleted.",
    "restored": "Restored.",
    "undone": "Undone.",
    "given": "Saved. The record belongs to somebody else now, and you no longer see it.",
    "password": "The password is set. Sessions that were opened with the old one have ended.",
    "signed-out": "You are signed out.",
}
_UNDOABLE = ("created", "saved", "deleted", "restored")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What has just been done. receipt: the change set's id."""

    text: str
    receipt: str | None
    can_undo: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go."""

    label: str
    url: str
    is_here: bool


def prepare_templates(app: Flask) -> None:
    """Lets an application render our templates, strictly."""
    app.jinja_loader = FileSystemLoader(Path(__file__).parent / "templates")
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        asset_url=asset_url,
        csrf_token=csrf.csrf_token,
        shortest_password=MIN_LENGTH,
        new_key=lambda: secrets.token_urlsafe(18),
    )


def show_page(template: str, visitor: Visitor | None, *, status: int = 200, **context: Any) -> Response:
    """A page of templates/pages. Everything that a page needs is in its context: nothing is looked up later."""
    body = render_template(
        f"pages/{template}.html",
        visitor=visitor,
        places=_places() if visitor is not None else {},
        notice=_find_notice(),
        **context,
    )
    return Response(body, status, mimetype="text/html")


def go_to(endpoint: str, *, receipt: str | None = None, done: str | None = None, **values: Any) -> Response:
    """Sends the browser to a page by GET. receipt: the change set of what was done."""
    url = url_for(endpoint, **values, done=done, receipt=receipt)
    answer = Response(status=303, headers={"Location": url})
    if receipt is not None:
        answer.headers["Change-Set"] = receipt
    return answer


def secure(answer: Response) -> Response:
    """Gives an answer the headers that keep it from other sites and from caches."""
    answer.headers.update(_HEADERS)
    token = _new_sign_in_token()
    if token is not None:
        answer.set_cookie(csrf.SIGN_IN_COOKIE, token, **cookie_options())
    return answer


def find_table(name: str) -> Table:
    """The table that an address names. Raises NotFound."""
    if name not in TABLES:
        raise NotFound("There is no such table.")
    return TABLES[name]


def _new_sign_in_token() -> str | None:
    token: str | None = g.get("sign_in_token")
    return token if token != request.cookies.get(csrf.SIGN_IN_COOKIE) else None


def _find_notice() -> Notice | None:
    done, receipt = request.args.get("done", ""), request.args.get("receipt", "")
    if done not in _DONE:
        return None
    known = receipt if _UUID.fullmatch(receipt) else None
    return Notice(_DONE[done], known, known is not None and done in _UNDOABLE)


def _places() -> dict[str, list[Place]]:
    """The navigation: heading -> places. What people work with stands before what they refer to."""
    work = [Place("Home", url_for("home"), request.endpoint == "home")]
    work += [_table_place(t) for t in TABLES.values() if not isinstance(t.rights, Reference)]
    work.append(Place("Pipeline", url_for("pipeline"), request.endpoint == "pipeline"))
    work.append(Place("Recent changes", url_for("changes"), request.path.startswith("/changes")))
    lists = [_table_place(t) for t in TABLES.values() if isinstance(t.rights, Reference)]
    return {"Work": work, "Lists": lists}


def _table_place(table: Table) -> Place:
    here = (request.view_args or {}).get("table") == table.name
    return Place(table.label, url_for("records", table=table.name), here)
