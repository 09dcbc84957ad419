"""What a person typed into a record's form, and what of it a record can be made of."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from flask import request

from services.forms import csrf
from services.forms.titles import is_id, title_of
from services.records.exactly_once import make_key
from services.records.fields import Boolean, Link
from services.records.listing import Query, list_records
from services.records.store import read_body
from services.records.table import Table
from services.registry import TABLES
from services.shared.caller import Key, Runner
from services.shared.errors import BadRequest, FieldError, Invalid

__all__ = ["KEEP", "Sent", "find_ids", "form_key", "read_sent", "read_typed"]

KEEP = "keep."
"""Before a field's name: whose value is kept, `mine` or `now`."""
_OURS = (csrf.FIELD, "key", "version")


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent. typed: field -> text, of the fields that were in it. version: that it was made of."""

    typed: dict[str, str]
    version: int | None
    key: Key


def form_key() -> Key:
    """The idempotency key of the form that was sent, bound to all that is in it. Raises BadRequest."""
    items = sorted((n, v) for n in request.form for v in request.form.getlist(n) if n != csrf.FIELD)
    return make_key(request.form.get("key", ""), request.path, orjson.dumps(items))


def read_sent(table: Table) -> Sent:
    """Reads a record's form. Raises BadRequest for what no form of this table sends."""
    typed: dict[str, str] = {}
    for name in request.form:
        values = request.form.getlist(name)
        field = table.writable.get(name.removeprefix(KEEP))
        if name in _OURS:
            continue
        if field is None or (len(values) > 1 and not isinstance(field, Boolean)):
            sentence = "There is no such field." if field is None else "Give this once."
            detail = f"{name[:80]!r}: {sentence}"
            raise BadRequest(detail, errors=[{"field": name[:80], "message": sentence}])
        if not name.startswith(KEEP) and request.form.get(KEEP + name) != "now":
            typed[name] = values[-1]  # a ticked box comes after its unticked twin
    return Sent(typed, _version(request.form.get("version")), form_key())


def _version(given: str | None) -> int | None:
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise BadRequest("The form's version is no number. Load the page again.")
    return int(given)


def read_typed(run: Runner, table: Table, typed: Mapping[str, str], *, partial: bool) -> dict[str, Any]:
    """The values of what was typed, as Postgres takes them. Raises Invalid with all that is wrong.

    partial: a record that is there already, of which only the fields in `typed` change.
    """
    body: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, text in typed.items():
        field = table.writable[name]
        try:
            body[name] = _read_link(run, field, name, text) if isinstance(field, Link) else _read(field, text)
        except Invalid as error:
            errors += error.errors
        if not partial and body.get(name) is None and field.default is not None:
            body.pop(name, None)
    wrong = {error["field"] for error in errors}
    try:
        values = read_body(table, body, partial=partial)
    except Invalid as error:
        errors += [e for e in error.errors if e["field"] not in wrong]
    if errors:
        order = list(table.fields)
        raise Invalid(errors=sorted(errors, key=lambda e: order.index(e["field"])))
    return values


def find_ids(run: Runner, table: Table, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, with the ids of the records whose titles were typed, as far as they can be found."""
    found = dict(typed)
    for name, text in typed.items():
        field = table.writable[name]
        if isinstance(field, Link):
            with suppress(Invalid):
                found[name] = _read_link(run, field, name, text) or ""
    return found


def _read(field: Any, text: str) -> str | None:
    return text if isinstance(field, Boolean) or text.strip() else None


def _read_link(run: Runner, field: Link, name: str, text: str) -> str | None:
    words = text.strip()
    if not words or is_id(words):
        return words.lower() or None
    table = TABLES[field.to]
    found = _find_called(run, table, words, name)
    if len(found) == 1:
        return str(found[0]["id"])
    if found:
        sentence = f"{len(found)} {table.label.lower()} are called so. Enter the id of the one you mean."
    else:
        sentence = f"There is no {table.singular} called so."
        near = _find_near(run, table, words)
        sentence += f" Did you mean {' or '.join(near)}?" if near else ""
    raise Invalid(errors=[{"field": name, "message": sentence}])


def _find_called(run: Runner, table: Table, words: str, name: str) -> list[dict[str, Any]]:
    query = _titles_where(table, f"{table.title_field}[eq]={words}", name, limit=10)
    exact = list_records(run, table, query).items
    if exact:
        return exact
    query = _titles_where(table, f"{table.title_field}[contains]={words}", name, limit=50)
    near = list_records(run, table, query).items
    return [r for r in near if title_of(table, r).casefold() == words.casefold()]


def _titles_where(table: Table, condition: str, name: str, *, limit: int) -> Query:
    try:
        return Query.parse(table, filters=[condition], limit=limit, fields=("id", table.title_field))
    except Invalid as error:
        sentence = f"There is no {table.singular} called so."
        raise Invalid(errors=[{"field": name, "message": sentence}]) from error


def _find_near(run: Runner, table: Table, words: str) -> list[str]:
    first = words.split(maxsplit=1)[0][:200]
    query = _titles_where(table, f"{table.title_field}[contains]={first}", "", limit=3)
    return [f"“{title_of(table, r)}”" for r in list_records(run, table, query).items]
