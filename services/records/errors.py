"""What Postgres refuses, as our errors: by constraint name, which tells the field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from services.records.fields import Choice
from services.records.table import Table
from services.shared.errors import (
    Conflict,
    FieldError,
    Forbidden,
    InProgress,
    Invalid,
    SkepError,
    Unavailable,
)

__all__ = ["constraint_message", "translated"]


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
        return _integrity(table, constraint, error.diag.column_name)
    if state == "42501":
        return Forbidden(_sentence(error))
    if state in ("55P03", "40P01", "40001"):
        return InProgress("Somebody else is changing this record. Try again.", headers={"Retry-After": "1"})
    if state == "57014":
        return Unavailable("This took too long. Ask for less: fewer filters, or a shorter list.")
    if state.startswith("22"):
        return Invalid("A value does not fit its field.")
    return None


def _sentence(error: psycopg2.Error) -> str | None:
    message = error.diag.message_primary or ""
    # Postgres's own words name our tables and policies; ours are written for people.
    if "row-level security" in message or "permission denied" in message:
        return None
    return message[:1].upper() + message[1:] + "."


def _integrity(table: Table, constraint: str, column: str | None) -> SkepError | None:
    if column is not None and not constraint:
        return Invalid(errors=[{"field": column, "message": "This is required."}])
    if constraint.endswith("_restrict"):
        child = constraint.removesuffix("_restrict")
        return Conflict(f"Records still refer to this one ({child.replace('_', ' ')}). Change or delete them first.")
    message = constraint_message(table, constraint)
    if message is None:
        return None
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
