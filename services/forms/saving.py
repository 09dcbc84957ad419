"""Saving what a form sends: once, however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.forms.typed import Sent, read_typed
from services.forms.visitor import Visitor
from services.records.exactly_once import Answer, answer_once
from services.records.fields import Money
from services.records.store import Change, create_record, get_record, update_record
from services.records.table import Table
from services.shared.caller import Key, Runner
from services.shared.errors import Conflict, Forbidden, Invalid, PreconditionFailed, Unavailable
from services.shared.web import service

__all__ = ["REFUSALS", "do_once", "save_changes", "save_new"]

REFUSALS = (Invalid, Conflict, Forbidden, Unavailable)
"""What a form is shown again for, with what was typed."""


def do_once(visitor: Visitor, key: Key, work: Any) -> Answer:
    """Does the work of a form, or gives the answer that it had before. Raises what the work raises."""
    return answer_once(visitor.caller, key, work, lambda *_: None)


def save_new(visitor: Visitor, table: Table, sent: Sent) -> Answer:
    """Makes a record. The answer's body is {"id", "done"}; id is None when it left the visitor's view."""

    def work(run: Runner) -> Answer:
        values = read_typed(run, table, sent.typed, partial=False)
        return _answer(create_record(run, table, values, service().settings), "created")

    return do_once(visitor, sent.key, work)


def save_changes(visitor: Visitor, table: Table, record_id: str, sent: Sent) -> Answer:
    """Changes what differs from the record that the form was made of. Body as of save_new.

    Raises PreconditionFailed with `current` when the record has another version by now.
    """

    def work(run: Runner) -> Answer:
        current = get_record(run, table, record_id)
        if sent.version != current["version"]:
            raise PreconditionFailed(current=current)
        values = read_typed(run, table, sent.typed, partial=True)
        changed = {n: v for n, v in values.items() if not _is_same(table, n, v, current)}
        if not changed:
            return Answer(200, {"id": record_id, "done": "unchanged"})
        return _answer(update_record(run, table, record_id, changed, version=sent.version), "saved")

    return do_once(visitor, sent.key, work)


def _answer(change: Change, done: str) -> Answer:
    record_id = change.record["id"] if change.record is not None else None
    return Answer(200, {"id": record_id, "done": done if record_id else "given"}, change_set=change.change_set)


def _is_same(table: Table, name: str, value: Any, current: Mapping[str, Any]) -> bool:
    now = current[name]
    if isinstance(table.fields[name], Money) and now is not None and value is not None:
        return bool(type(value)(now) == value)
    return bool(now == value)
