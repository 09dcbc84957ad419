"""Deleting a record, and bringing it back."""

from __future__ import annotations

from flask import Response, request

from services.forms.pages import find_table, go_to
from services.forms.saving import do_once
from services.forms.typed import form_key
from services.forms.visitor import get_visitor
from services.records.exactly_once import Answer
from services.records.rest.http import check_parameters, known_id
from services.records.store import delete_record, restore_record
from services.shared.caller import Runner
from services.shared.errors import BadRequest

__all__ = ["delete", "restore"]


def delete(table: str, record_id: str) -> Response:
    """303 to the list, with a receipt to undo it by; 400, 401, 403, 404, 409, 412."""
    check_parameters(())
    visitor, known = get_visitor(), find_table(table)
    found, version = known_id(record_id), request.form.get("version", "")
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        raise BadRequest("The form's version is no number. Load the page again.")

    def work(run: Runner) -> Answer:
        change = delete_record(run, known, found, version=int(version))
        return Answer(200, {"id": found}, change_set=change.change_set)

    answer = do_once(visitor, form_key(), work)
    return go_to("records", table=table, receipt=answer.change_set, done="deleted")


def restore(table: str, record_id: str) -> Response:
    """303 to the record, with a receipt; 400, 401, 403, 404, 409."""
    check_parameters(())
    visitor, known = get_visitor(), find_table(table)
    found = known_id(record_id)

    def work(run: Runner) -> Answer:
        change = restore_record(run, known, found)
        return Answer(200, {"id": found}, change_set=change.change_set)

    answer = do_once(visitor, form_key(), work)
    return go_to("record", table=table, record_id=found, receipt=answer.change_set, done="restored")
