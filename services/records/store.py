"""Create, read, update, delete, restore: what every door does to one record, in one round trip where that can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, NoReturn

from marshmallow import ValidationError

from services.records.errors import KeyClash, translated
from services.records.render import renderer
from services.records.sql import get_statement, insert_statement, update_statement
from services.records.table import ChildOf, Owned, Rule, Table
from services.shared.caller import Runner
from services.shared.database import Row
from services.shared.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, PreconditionFailed
from services.shared.settings import Settings

__all__ = [
    "Change",
    "complete_values",
    "create_record",
    "delete_record",
    "get_record",
    "read_body",
    "restore_record",
    "update_record",
]


class Change(NamedTuple):
    """A record as it is after a change (None when the caller no longer sees it), and the change set."""

    record: dict[str, Any] | None
    change_set: str


def read_body(table: Table, body: Any, *, partial: bool = False) -> dict[str, Any]:
    """The values of a body as Postgres takes them. Raises Invalid with every field that can't be read.

    partial: a PATCH, which names only what changes.
    """
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object with the record's fields.")
    try:
        values: dict[str, Any] = table.input_schema.load(body, partial=partial)
    except ValidationError as error:
        raise Invalid(errors=_field_errors(table, error.messages_dict)) from error
    return values


def _field_errors(table: Table, messages: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    for field, sentences in messages.items():
        known = table.fields.get(field)
        if known is None:
            sentence = "There is no such field."
        elif known.dump_only:
            sentence = "This can't be set."
        else:
            sentence = str(sentences[0])
        errors.append({"field": field[:100], "message": sentence})
    return errors


def get_record(run: Runner, table: Table, record_id: str, fields: tuple[str, ...] | None = None) -> dict[str, Any]:
    """One record, of these fields (a money field's currency must be among them). Raises NotFound."""
    names = fields or tuple(table.fields)
    with translated(table):
        rows = run.run(get_statement(table, names), (record_id,))
    if not rows:
        raise NotFound()
    return renderer(table, names)(rows[0])


def create_record(run: Runner, table: Table, values: Mapping[str, Any], settings: Settings) -> Change:
    """Makes a record of what read_body gave. Raises Invalid, Conflict or Forbidden."""
    given = complete_values(table, values, settings)
    with _key_known(given), translated(table):
        row = run.run(insert_statement(table, tuple(given)), tuple(given.values()), write=True)[0]
    return _change(table, row)


def complete_values(table: Table, values: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """A new record's values, with the defaults of fields that have none. Raises Invalid when a rule is broken."""
    given = dict(values)
    for field_name, field in table.writable.items():
        if field.default is not None and field_name not in given:
            given[field_name] = field.default(settings) if callable(field.default) else field.default
    _check(table.all_rules, given)
    return given


def update_record(
    run: Runner, table: Table, record_id: str, values: Mapping[str, Any], *, version: int | None = None
) -> Change:
    """Changes fields of a record. Raises NotFound, PreconditionFailed (its version is another), Invalid, Conflict,
    Forbidden. A new owner is handed the record over, which its giver may then no longer see; who takes a record
    for themselves takes it first, and may then change the rest."""
    if not values:
        raise Invalid("The body names no field to change.")
    touched = [r for r in table.all_rules if any(used in values for used in r.uses)]
    owner_given = "owner_id" in values and isinstance(table.rights, Owned)
    if not touched and not owner_given:
        return _update(run, table, record_id, values, version)
    rest = {n: v for n, v in values.items() if n != "owner_id" or not owner_given}
    takes = owner_given and values["owner_id"] == run.identity.person_id
    with run.atomically() as transaction:
        change = None
        if takes:
            change = _hand_over(transaction, table, record_id, values["owner_id"], version)
        if rest:
            change = _update(transaction, table, record_id, rest, None if takes else version)
            _check(touched, change.record or {})
        if owner_given and not takes:
            change = _hand_over(transaction, table, record_id, values["owner_id"], None if rest else version)
    assert change is not None  # there is a value: one of the three made one
    return change


def _update(run: Runner, table: Table, record_id: str, values: Mapping[str, Any], version: int | None) -> Change:
    statement = update_statement(table, tuple(values), version is not None)
    params = (*values.values(), record_id, *(() if version is None else (version,)))
    with _key_known(values), translated(table):
        rows = run.run(statement, params, write=True)
    if not rows:
        _explain_nothing(run, table, record_id, version)
    return _change(table, rows[0])


def _hand_over(run: Runner, table: Table, record_id: str, owner_id: str | None, version: int | None) -> Change:
    names = tuple(table.fields)
    with translated(table):
        given = (table.name, record_id, owner_id, version)
        if not run.run("SELECT skep.hand_over(%s, %s, %s, %s)", given, write=True)[0][0]:
            _explain_nothing(run, table, record_id, version)
        change_set = run.run("SELECT (skep.me()).change_set", (), write=True)[0][0]
        rows = run.run(get_statement(table, names), (record_id,))
    return Change(renderer(table, names)(rows[0]) if rows else None, change_set)


def delete_record(run: Runner, table: Table, record_id: str, *, version: int | None = None) -> Change:
    """Deletes a record softly. Raises NotFound, PreconditionFailed, Forbidden, or Conflict when others refer to it."""
    return _update(run, table, record_id, {"deleted_at": "now"}, version)


def restore_record(run: Runner, table: Table, record_id: str) -> Change:
    """Brings a deleted record back. Raises NotFound, Conflict (its key is in use by now, or what it belongs to is
    deleted) or Forbidden."""
    with translated(table):
        rows = _restore(run, table, record_id)
        if rows:
            return _change(table, rows[0])
        if run.run(get_statement(table, ("id",), True), (record_id,)):
            raise Forbidden()
    get_record(run, table, record_id)
    raise Conflict("This record is not deleted.")


def _restore(run: Runner, table: Table, record_id: str) -> list[Row]:
    statement = update_statement(table, ("deleted_at",), False, True)
    try:
        with translated(table):
            return run.run(statement, (None, record_id), write=True)
    except KeyClash as clash:
        clash.record_id = record_id
        raise
    except Invalid as error:
        raise Conflict("What this record refers to is deleted.", errors=error.errors) from error


@contextmanager
def _key_known(values: Mapping[str, Any]) -> Iterator[None]:
    """Tells a clash of natural keys the key."""
    try:
        yield
    except KeyClash as clash:
        clash.value = values.get(clash.field)
        raise


def _change(table: Table, row: Row) -> Change:
    return Change(renderer(table, tuple(table.fields))(row[:-1]), row[-1])


def _explain_nothing(run: Runner, table: Table, record_id: str, version: int | None) -> NoReturn:
    """A write that hit no record: it is not there, has another version, or may be seen but not changed."""
    _refuse_stale(get_record(run, table, record_id), version)
    if isinstance(table.rights, ChildOf):
        raise Forbidden("Only who may change the record that this one belongs to may change it.")
    raise Forbidden()


def _refuse_stale(current: Mapping[str, Any], version: int | None) -> None:
    if version is not None and current["version"] != version:
        raise PreconditionFailed(headers={"ETag": f'"{current["version"]}"'}, current=dict(current))


def _check(rules: Sequence[Rule], record: Mapping[str, Any]) -> None:
    found = [(rule.field, rule.check(record)) for rule in rules]
    errors: list[FieldError] = [{"field": field, "message": sentence} for field, sentence in found if sentence]
    if errors:
        raise Invalid(errors=errors)
