"""What Postgres refuses, as our errors: by constraint name, which tells the field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.sql import SQL

from services.records.fields import Choice
from services.records.sql import name, text
from services.records.table import Reference, Table
from services.shared.caller import Runner
from services.shared.database import find_contention
from services.shared.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    SkepError,
)

__all__ = ["KeyClash", "constraint_message", "explain_clash", "translated"]


class KeyClash(Conflict):
    """Another record has this natural key, maybe one that the caller does not see: explain_clash finds out.

    It is asked for later, since a transaction that has failed answers no questions. value: the key; record_id: the
    record that has it already, where value is not known.
    """

    def __init__(self, table: Table, error: FieldError) -> None:
        super().__init__(errors=[error])
        self.table, self.field = table, error["field"]
        self.value: Any = None
        self.record_id: str | None = None


def explain_clash(run: Runner, clash: KeyClash) -> Conflict:
    """The clash as the caller is told of it: natural keys are unique for all, but a hidden record stays hidden."""
    view, field = name(f"{clash.table.name}_visible"), name(clash.field)
    if clash.record_id is None:
        query, sought = SQL("SELECT 1 FROM {0} WHERE {1} = %s LIMIT 1").format(view, field), clash.value
    else:
        query = SQL("SELECT 1 FROM {0} v JOIN {2} d ON v.{1} = d.{1} WHERE d.id = %s LIMIT 1").format(
            view, field, name(clash.table.name)
        )
        sought = clash.record_id
    if run.run(text(query), (sought,)):
        return Conflict(errors=clash.errors)
    label = clash.table.fields[clash.field].label.lower()
    return Conflict(
        errors=[{"field": clash.field, "message": f"This {label} is in use by a record that you cannot see."}]
    )


@contextmanager
def translated(table: Table) -> Iterator[None]:
    """Raises what psycopg2 raises inside as one of our errors. What it does not know goes on as it came."""
    try:
        yield
    except psycopg2.Error as error:
        known = _translate(table, error)
        if known is None:
            raise
        raise known from error


def _translate(table: Table, error: psycopg2.Error) -> SkepError | None:
    state, constraint = error.pgcode or "", error.diag.constraint_name or ""
    if state.startswith("23"):
        return _integrity(table, constraint, error)
    if state == "42501":
        return Forbidden(_sentence(error))
    if state.startswith("22") or state == "54000":  # 54000: longer than an index takes
        return Invalid("A value does not fit its field.")
    return find_contention(error)


def _sentence(error: psycopg2.Error) -> str | None:
    message = error.diag.message_primary or ""
    # Postgres's own words name our tables and policies; ours are written for people.
    if "row-level security" in message or "permission denied" in message:
        return None
    return message[:1].upper() + message[1:] + "."


def _integrity(table: Table, constraint: str, error: psycopg2.Error) -> SkepError | None:
    if error.diag.column_name is not None and not constraint:
        return Invalid(errors=[{"field": error.diag.column_name, "message": "This is required."}])
    if constraint.endswith("_restrict"):
        children = (error.diag.table_name or "records").replace("_", " ")
        return Conflict(f"There are {children} that refer to this record. Change or delete them first.")
    message = constraint_message(table, constraint)
    if message is None:
        return None
    if constraint == f"{table.name}_{table.natural_key}_unique" and not isinstance(table.rights, Reference):
        return KeyClash(table, message)
    if constraint.endswith("_unique"):
        return Conflict(errors=[message])
    return Invalid(errors=[message])


def constraint_message(table: Table, constraint: str) -> FieldError | None:
    """The field and the sentence for a constraint of this table, named <table>_<field>_<kind>; None for another's."""
    if constraint in table.messages:
        named, sentence = table.messages[constraint]
        return {"field": named, "message": sentence}
    rest, _, kind = constraint.removeprefix(f"{table.name}_").rpartition("_")
    field = table.fields.get(rest)
    if field is None or not constraint.startswith(f"{table.name}_"):
        return None
    options_from = field.options_from if isinstance(field, Choice) else None
    sentences = {
        "unique": f"Another record has this {field.label.lower()}.",
        "fkey": "There is no such record.",
        "check": "This value is not allowed.",
        "option": f"This is not in the list {(options_from or '').replace('_', ' ')}, which an admin edits.",
    }
    return {"field": rest, "message": sentences[kind]} if kind in sentences else None
