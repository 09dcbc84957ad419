"""A client's key: made by an admin, shown once."""

from __future__ import annotations

from flask import Response

from services.accounts.keys import issue_key
from services.forms.pages import find_table, show_page
from services.forms.titles import title_of
from services.forms.visitor import get_visitor
from services.records.rest.http import check_parameters, known_id
from services.records.store import get_record
from services.shared.errors import NotFound
from services.shared.web import service

__all__ = ["create_key"]


def create_key(table: str, record_id: str) -> Response:
    """200 with a new key, this once; 401, 403, 404, 422."""
    check_parameters(())
    visitor, known = get_visitor(), find_table(table)
    if known.name != "clients":
        raise NotFound("Only clients have keys.")
    client = get_record(visitor.caller, known, known_id(record_id))
    key = issue_key(visitor.caller, client["id"], service().work_queue)
    return show_page("key", visitor, table=known, record_id=client["id"], title=title_of(known, client), key=key)
