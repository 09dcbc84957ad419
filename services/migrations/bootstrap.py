"""Prepares an empty database for the migrations: roles, extension, what nobody may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import encrypt_password, make_dsn

from services.migrations.errors import MigrationError

BOOTSTRAP_SQL = Path(__file__).parent / "bootstrap.sql"


def bootstrap(superuser_url: str, database: str, passwords: Mapping[str, str]) -> None:
    """Makes the database if need be, runs bootstrap.sql in it and sets the passwords of roles.

    Roles that `passwords` leaves out keep theirs. May be run again. Raises psycopg2.Error, MigrationError.
    """
    with _cursor(superuser_url) as cursor:
        cursor.execute(
            "select datlocprovider = 'b' and datlocale = 'C.UTF-8' from pg_database where datname = %s", [database]
        )
        found = cursor.fetchone()
        if found is not None and not found[0]:
            raise MigrationError(
                f"The database {database} was not made with the locale C.UTF-8 of the provider builtin: names would "
                "sort in another order. If nothing is in it, drop it and run again."
            )
        if found is None:
            # The same order and the same letters everywhere, whatever locale the server was made with.
            cursor.execute(
                sql.SQL(
                    "create database {} template template0 encoding 'UTF8' locale 'C.UTF-8' "
                    "locale_provider builtin builtin_locale 'C.UTF-8'"
                ).format(sql.Identifier(database))
            )
    with _cursor(make_dsn(superuser_url, dbname=database)) as cursor:
        cursor.execute(BOOTSTRAP_SQL.read_text(encoding="utf-8"))
        for role, password in passwords.items():
            _set_password(cursor, role, password)


def _set_password(cursor: Cursor, role: str, password: str) -> None:
    # Hashed here, so that the password itself is in no server log.
    secret = encrypt_password(password, role, cursor.connection, "scram-sha-256")
    cursor.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(secret)))


@contextmanager
def _cursor(url: str) -> Iterator[Cursor]:
    """Gives a cursor on a connection of its own, where each statement is a transaction."""
    connection = psycopg2.connect(url, connect_timeout=10)
    connection.autocommit = True  # CREATE DATABASE wants no transaction around it
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
