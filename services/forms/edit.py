"""One record: looking at it, and changing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, url_for

from services.forms.conflict import show_conflict
from services.forms.form_view import make_form
from services.forms.history import find_deleted, show_deleted
from services.forms.inputs import typed_of
from services.forms.pages import find_table, go_to, show_page
from services.forms.rights import is_taking, may_change, may_create
from services.forms.saving import REFUSALS, save_changes
from services.forms.shown import show_record
from services.forms.titles import find_linked_titles, title_of
from services.forms.typed import Sent, read_sent
from services.forms.visitor import Visitor, get_visitor
from services.records.listing import Query, count_records
from services.records.rest.http import check_parameters, known_id
from services.records.store import get_record
from services.records.table import Table
from services.registry import TABLES
from services.shared.errors import BadRequest, NotFound, PreconditionFailed, SkepError

__all__ = ["save", "show_record_page"]

FACTS = ("owner_id", "team_id", "shared", "created_at", "updated_at", "version", "id")


@dataclass(frozen=True, slots=True)
class Related:
    """Records that link to this one."""

    label: str
    count: int
    url: str
    new_url: str | None
    singular: str


def show_record_page(table: str, record_id: str) -> Response:
    """200 with the record, as a form for who may change it; 401, 404 (with a way back for a deleted one)."""
    check_parameters(("done", "receipt"))
    visitor, known = get_visitor(), find_table(table)
    try:
        record = get_record(visitor.caller, known, known_id(record_id))
    except NotFound:
        deleted = find_deleted(visitor, known, known_id(record_id))
        if deleted is None:
            raise
        return show_deleted(visitor, known, deleted)
    return _show(visitor, known, record)


def save(table: str, record_id: str) -> Response:
    """303 to the record, with a receipt; 400, 401, 403, 404, 409, 412 with both versions, 422, 503."""
    check_parameters(("done", "receipt"))
    visitor, known = get_visitor(), find_table(table)
    sent = read_sent(known)
    if sent.version is None:
        raise BadRequest("The form names no version. Load the page again.")
    try:
        answer = save_changes(visitor, known, known_id(record_id), sent)
    except PreconditionFailed as error:
        return show_conflict(visitor, known, error.extra["current"], sent)
    except REFUSALS as error:
        record = get_record(visitor.caller, known, record_id)
        return _show(visitor, known, record, sent=sent, error=error)
    if answer.body["id"] is None:
        return go_to("records", table=table, receipt=answer.change_set, done="given")
    receipt = None if answer.body["done"] == "unchanged" else answer.change_set
    return go_to("record", table=table, record_id=record_id, receipt=receipt, done=answer.body["done"])


def _show(
    visitor: Visitor,
    table: Table,
    record: Mapping[str, Any],
    *,
    sent: Sent | None = None,
    error: SkepError | None = None,
) -> Response:
    titles = find_linked_titles(visitor.caller, table, [record])
    form = taking = None
    if error is not None or may_change(visitor, table, record):
        typed = typed_of(table, record)
        taking = is_taking(visitor, table, record)
        if taking:
            typed["owner_id"] = visitor.person_id
        form = make_form(
            visitor.caller,
            table,
            typed | (sent.typed if sent else {}),
            version=sent.version if sent else record["version"],
            key=sent.key.name if sent else None,
            error=error,
        )
    facts = [n for n in FACTS if n in table.fields and (form is None or n not in table.writable)]
    return show_page(
        "record",
        visitor,
        status=error.status if error else 200,
        table=table,
        record_id=record["id"],
        title=title_of(table, record),
        form_view=form,
        taking=bool(taking),
        values=show_record(table, record, titles, tuple(table.declared)) if form is None else [],
        facts=show_record(table, record, titles, tuple(facts)),
        related=_related(visitor, table, record["id"]),
        admin_tools=_admin_tools(visitor, table, record),
        version=record["version"],
    )


def _related(visitor: Visitor, table: Table, record_id: str) -> list[Related]:
    found = []
    for other in TABLES.values():
        for name, field in other.links.items():
            if field.to != table.name or name not in other.declared:
                continue
            condition = f"{name}[eq]={record_id}"
            count = count_records(visitor.caller, other, Query.parse(other, filters=[condition]))
            label = other.label if other is not table else f"{other.label} ({field.label.lower()})"
            filled: dict[str, Any] = {name: record_id}
            new_url = url_for("new_record", table=other.name, **filled)
            url = url_for("records", table=other.name, filter=condition)
            allowed = new_url if may_create(visitor, other) else None
            found.append(Related(label, count, url, allowed, other.singular))
    return found


def _admin_tools(visitor: Visitor, table: Table, record: Mapping[str, Any]) -> str | None:
    """Which tool the record's page offers beside its form: key, password or none."""
    if table.name == "clients" and visitor.role == "admin" and record["iam_arn"] is None:
        return "key"
    if table.name == "people" and (visitor.role == "admin" or record["id"] == visitor.person_id):
        return "password"
    return None
