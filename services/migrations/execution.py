"""Runs one migration file: as one transaction, or statement by statement with a note of what is done."""

from __future__ import annotations

import hashlib
import re

import psycopg2
from alembic.runtime.migration import MigrationContext
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from services.migrations.errors import MigrationError
from services.migrations.files import Migration
from services.migrations.session import Deadline, raw_connection
from services.migrations.statements import Statement, split_statements

CREATE_PROGRESS = """
    create table if not exists migrations.progress (
        revision text primary key,
        statements integer not null,  -- how many of the file are done
        digest text not null          -- of the text of those
    )
"""
_CONCURRENT_INDEX = re.compile(
    r"create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?([\w.\"]+)\s+on\s+"
    r"(?:only\s+)?([\w.\"]+)",
    re.IGNORECASE,
)


def apply(migration: Migration, context: MigrationContext, deadline: Deadline) -> None:
    """Runs a migration inside Alembic's transaction for it.

    Raises MigrationError, which names the file and the line, OutOfTimeError at the deadline, and
    psycopg2's LockNotAvailable and DeadlockDetected as they are: those may be tried again.
    """
    connection = context.connection
    if connection is None:
        raise AssertionError("migrations run on a connection, never offline")
    raw = raw_connection(connection)
    with deadline.cancels(raw):
        if not migration.autocommit:
            _run_whole(migration, raw)
            return
        with context.autocommit_block():
            _run_each(migration, raw, deadline)
        with raw.cursor() as cursor:  # together with Alembic's note that the file is done
            cursor.execute("delete from migrations.progress where revision = %s", [migration.revision])


def _run_whole(migration: Migration, raw: Connection) -> None:
    with raw.cursor() as cursor:
        _set_timeouts(cursor, migration)
        before = _transaction_id(cursor)
        _execute(cursor, migration, Statement(migration.sql, 1))
        if _transaction_id(cursor) != before:
            raise MigrationError(
                f"{migration.name}.sql ends its own transaction. Take COMMIT and ROLLBACK out of it, or "
                "declare `-- autocommit: yes`."
            )


def _run_each(migration: Migration, raw: Connection, deadline: Deadline) -> None:
    statements = split_statements(migration.sql)
    with raw.cursor() as cursor:
        done = _find_progress(cursor, migration, statements)
        _set_timeouts(cursor, migration)
        for number, statement in enumerate(statements[done:], start=done + 1):
            deadline.check()
            _drop_unfinished_index(cursor, statement)
            _execute(cursor, migration, statement)
            cursor.execute(
                "insert into migrations.progress (revision, statements, digest) values (%s, %s, %s) "
                "on conflict (revision) do update "
                "set statements = excluded.statements, digest = excluded.digest",
                [migration.revision, number, _digest(statements[:number])],
            )
        cursor.execute("reset all")


def _find_progress(cursor: Cursor, migration: Migration, statements: list[Statement]) -> int:
    """Gives how many statements an earlier run has done. Raises MigrationError if they were changed since."""
    cursor.execute(
        "select statements, digest from migrations.progress where revision = %s",
        [migration.revision],
    )
    row = cursor.fetchone()
    if row is None:
        return 0
    done, digest = row
    if _digest(statements[:done]) != digest:
        raise MigrationError(
            f"{migration.name}.sql was changed after its first {done} statements had run. Write these as "
            "they were; only the statements after them may change."
        )
    return int(done)


def _digest(statements: list[Statement]) -> str:
    return hashlib.sha256("\0".join(one.text for one in statements).encode()).hexdigest()


def _set_timeouts(cursor: Cursor, migration: Migration) -> None:
    # For the session: outside of a transaction nothing else lasts to the next statement. What the file
    # before has set is undone.
    cursor.execute("reset all")
    cursor.execute(
        "select set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)",
        [migration.lock_timeout, migration.statement_timeout],
    )


def _drop_unfinished_index(cursor: Cursor, statement: Statement) -> None:
    """Drops what a cut-off CREATE INDEX CONCURRENTLY left: an invalid index, that IF NOT EXISTS accepts."""
    found = _CONCURRENT_INDEX.match(statement.text)
    if found is None:
        return
    index, table = found.groups()
    cursor.execute(
        "select n.nspname, c.relname from pg_index i join pg_class c on c.oid = i.indexrelid "
        "join pg_namespace n on n.oid = c.relnamespace "
        "where i.indrelid = to_regclass(%s) and not i.indisvalid and c.relname = %s",
        [table, index.strip('"')],
    )
    row = cursor.fetchone()
    if row is not None:
        cursor.execute(sql.SQL("drop index concurrently {}").format(sql.Identifier(*row)))


def _transaction_id(cursor: Cursor) -> str:
    cursor.execute("select pg_current_xact_id()::text")
    row = cursor.fetchone()
    return str(row[0]) if row else ""


def _execute(cursor: Cursor, migration: Migration, statement: Statement) -> None:
    try:
        cursor.execute(statement.text)
    except (
        psycopg2.errors.LockNotAvailable,
        psycopg2.errors.DeadlockDetected,
    ):
        raise
    except psycopg2.errors.QueryCanceled as error:
        if "statement timeout" not in str(error):
            raise
        raise MigrationError(
            f"A statement of {migration.name}.sql took longer than {migration.statement_timeout}. Make it "
            "a job, or give the file a longer `-- statement_timeout:`."
        ) from error
    except psycopg2.Error as error:
        raise MigrationError(_explain(error, migration, statement)) from error


def _explain(error: psycopg2.Error, migration: Migration, statement: Statement) -> str:
    line = statement.line
    place = f"{migration.name}.sql"
    if error.diag.statement_position:
        line += statement.text.count("\n", 0, int(error.diag.statement_position) - 1)
        place += f", line {line}"
    elif migration.autocommit:
        place += f", line {line}"
    said = error.diag.message_primary or str(error).strip() or "the connection was lost"
    details = [text for text in (error.diag.message_detail, error.diag.context) if text]
    kept = "What ran before it is kept" if migration.autocommit else "Nothing of this file is kept"
    return ". ".join([f"{place}: {said}", *details, f"{kept}; correct it and run again."])
