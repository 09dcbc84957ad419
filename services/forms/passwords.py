"""Setting a password: one's own, or as an admin anybody's."""

from __future__ import annotations

from flask import Response, request

from services.accounts import sessions
from services.forms.pages import find_table, go_to, show_page
from services.forms.titles import title_of
from services.forms.visitor import get_visitor
from services.records.rest.http import check_parameters, known_id
from services.records.store import get_record
from services.shared.errors import Invalid, NotFound

__all__ = ["set_password_now"]


def set_password_now(table: str, record_id: str) -> Response:
    """303 to the person; 401, 403, 404, 422."""
    check_parameters(())
    visitor, known = get_visitor(), find_table(table)
    if known.name != "people":
        raise NotFound("Only people have passwords.")
    person = get_record(visitor.caller, known, known_id(record_id))
    try:
        sessions.set_password(visitor.caller, person["id"], request.form.get("password", ""))
    except Invalid as error:
        sentence = error.errors[0]["message"]
        title = title_of(known, person)
        return show_page(
            "password", visitor, status=422, table=known, record_id=person["id"], title=title, sentence=sentence
        )
    return go_to("record", table=table, record_id=person["id"], done="password")
