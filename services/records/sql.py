"""SQL of the engine, composed once for each table and set of fields. Every identifier comes from a Table."""

from __future__ import annotations

import re
from functools import lru_cache

from psycopg2.sql import SQL, Composable, Composed

from services.records.table import Table

__all__ = ["columns", "get_statement", "insert_statement", "name", "text", "update_statement"]

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
STATEMENTS_KEPT = 4_096


def name(identifier: str) -> SQL:
    """An identifier that needs no quotes, so that SQL can be composed before there is a connection to quote with."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise ValueError(f"{identifier!r} is not an identifier of ours")
    return SQL(identifier)


def text(composed: Composable) -> str:
    """A composition of SQL and names as a string."""
    return composed.as_string(None)  # type: ignore[arg-type]  # only Identifier and Literal ask the connection


def columns(names: tuple[str, ...]) -> Composed:
    """Names as a list of columns."""
    return SQL(", ").join([name(n) for n in names])


@lru_cache(STATEMENTS_KEPT)
def get_statement(table: Table, names: tuple[str, ...], deleted: bool = False) -> str:
    """One record by id, under the policy."""
    return text(
        SQL("SELECT {} FROM {} WHERE id = %s AND deleted_at IS {}").format(
            columns(names), name(table.name), SQL("NOT NULL" if deleted else "NULL")
        )
    )


@lru_cache(STATEMENTS_KEPT)
def insert_statement(table: Table, given: tuple[str, ...]) -> str:
    """A new record; gives all fields and the change set."""
    into = SQL("INSERT INTO {} ").format(name(table.name))
    values = (
        SQL("({}) VALUES ({})").format(columns(given), SQL(", ").join([SQL("%s")] * len(given)))
        if given
        else SQL("DEFAULT VALUES")
    )
    return text(into + values + SQL(" RETURNING {}, (skep.me()).change_set").format(columns(tuple(table.fields))))


@lru_cache(STATEMENTS_KEPT)
def update_statement(table: Table, given: tuple[str, ...], versioned: bool, deleted: bool = False) -> str:
    """Sets fields of one record, of the given version if versioned; gives all fields and the change set."""
    sets = SQL(", ").join([SQL("{} = %s").format(name(n)) for n in given])
    return text(
        SQL("UPDATE {} SET {} WHERE id = %s AND deleted_at IS {}{} RETURNING {}, (skep.me()).change_set").format(
            name(table.name),
            sets,
            SQL("NOT NULL" if deleted else "NULL"),
            SQL(" AND version = %s" if versioned else ""),
            columns(tuple(table.fields)),
        )
    )
