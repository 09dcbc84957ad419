"""A new record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from services.forms.form_view import make_form
from services.forms.inputs import typed_of
from services.forms.pages import find_table, go_to, show_page
from services.forms.rights import may_create
from services.forms.saving import REFUSALS, save_new
from services.forms.typed import read_sent
from services.forms.visitor import Visitor, get_visitor
from services.records.rest.http import check_parameters, parameter
from services.records.table import Table
from services.shared.errors import Forbidden, SkepError
from services.shared.web import service

__all__ = ["create", "show_form"]


def show_form(table: str) -> Response:
    """200 with a blank form, filled as far as the address says; 400, 401, 403, 404."""
    visitor, known = get_visitor(), find_table(table)
    check_parameters(known.writable)
    if not may_create(visitor, known):
        raise Forbidden(f"Your role does not allow you to add {known.label.lower()}.")
    given = {name: parameter(name) or "" for name in request.args}
    return _show(visitor, known, _blank(visitor, known) | given)


def create(table: str) -> Response:
    """303 to the new record, with a receipt; 400, 401, 403, 404, 409, 422, 503 with what was typed."""
    visitor, known = get_visitor(), find_table(table)
    check_parameters(known.writable)
    sent = read_sent(known)
    try:
        answer = save_new(visitor, known, sent)
    except REFUSALS as error:
        return _show(visitor, known, sent.typed, key=sent.key.name, error=error)
    record_id, done = answer.body["id"], answer.body["done"]
    if record_id is None:
        return go_to("records", table=table, receipt=answer.change_set, done=done)
    return go_to("record", table=table, record_id=record_id, receipt=answer.change_set, done=done)


def _show(
    visitor: Visitor,
    table: Table,
    typed: Mapping[str, str],
    *,
    key: str | None = None,
    error: SkepError | None = None,
) -> Response:
    form = make_form(visitor.caller, table, typed, key=key, error=error)
    return show_page("new", visitor, status=error.status if error else 200, table=table, form_view=form)


def _blank(visitor: Visitor, table: Table) -> dict[str, str]:
    values: dict[str, Any] = {}
    for name, field in table.writable.items():
        values[name] = field.default(service().settings) if callable(field.default) else field.default
    if "owner_id" in table.writable:
        values["owner_id"] = visitor.person_id
    return typed_of(table, values)
