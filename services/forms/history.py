"""What has happened to one record; the page of a deleted one."""

from __future__ import annotations

from flask import Response, url_for

from services.forms.entries import Entry, make_entries
from services.forms.form_view import new_form_key
from services.forms.pages import find_table, show_page
from services.forms.rights import may_create
from services.forms.visitor import Visitor, get_visitor
from services.records.changes import list_history
from services.records.rest.http import check_parameters, known_id, parameter
from services.records.table import Table
from services.shared.errors import NotFound

__all__ = ["find_deleted", "show_deleted", "show_history"]

PAGE = 50


def show_history(table: str, record_id: str) -> Response:
    """200 with the changes, newest first; 400, 401, 404."""
    check_parameters(("cursor",))
    visitor, known = get_visitor(), find_table(table)
    cursor = parameter("cursor")
    rows, following = list_history(visitor.caller, known, known_id(record_id), cursor, PAGE)
    entries = make_entries(visitor, rows)
    older = url_for("record_history", table=table, record_id=record_id, cursor=following) if following else None
    return show_page(
        "history",
        visitor,
        table=known,
        record_id=record_id,
        title=entries[0].title if entries else known.singular,
        entries=entries,
        older_url=older,
        is_first=cursor is None,
    )


def find_deleted(visitor: Visitor, table: Table, record_id: str) -> Entry | None:
    """The change that deleted a record which the visitor could see; None when there is no such record."""
    try:
        rows, _ = list_history(visitor.caller, table, record_id, None, 1)
    except NotFound:
        return None
    entries = make_entries(visitor, rows)
    return entries[0] if entries and rows[0]["operation"] == "deleted" else None


def show_deleted(visitor: Visitor, table: Table, entry: Entry) -> Response:
    """404 that says who deleted the record when, with a way to bring it back."""
    record_id = entry.url.rpartition("/")[2]
    return show_page(
        "deleted",
        visitor,
        status=404,
        table=table,
        record_id=record_id,
        entry=entry,
        may_restore=may_create(visitor, table),
        key=new_form_key(),
    )
