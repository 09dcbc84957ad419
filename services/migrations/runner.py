"""Brings the schema of a database up to date: Alembic over plain SQL files.

Alembic keeps the revision in `migrations.alembic_version`, orders the files and wraps each in its
transaction. It is used through MigrationContext, without env.py: there is one way to run, and no
revision file in Python to write.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import cast

import psycopg2
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script
from alembic.script.revision import RevisionMap
from sqlalchemy.engine import Connection as AlchemyConnection

from services.migrations import execution
from services.migrations.errors import MigrationError, OutOfTimeError
from services.migrations.files import VERSIONS, Migration, list_migrations
from services.migrations.session import Deadline, Report, open_session, take_lock

LOCK_ATTEMPTS = 8
LOCK_PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class Status:
    """Which migrations a database has and which it lacks, by file name, in order."""

    applied: list[str]
    pending: list[str]
    head: str | None
    """The database's revision; a later one than ours when a newer release has been here."""


def upgrade(
    url: str,
    *,
    folder: Path = VERSIONS,
    deadline_seconds: float | None = None,
    report: Report = print,
) -> Status:
    """Applies all pending migrations, as skep_owner; with `pending` in the answer, time ran out.

    A run that failed or was killed is gone on with by the next. Raises MigrationError.
    """
    migrations = list_migrations(folder)
    deadline = Deadline(deadline_seconds)
    with open_session(url) as connection:
        try:
            take_lock(connection, deadline, report)
            _make_schema(connection)
            _Upgrade(connection, migrations, deadline, report).run()
        except OutOfTimeError:
            report("The time given to this run is over. Run again to go on.")
        except psycopg2.Error as error:
            raise MigrationError(f"The database ended the run: {str(error).strip()}") from error
        with suppress(Exception):
            connection.rollback()
        return _read_status(connection, migrations)


def get_status(url: str, *, folder: Path = VERSIONS) -> Status:
    """Tells which migrations are applied and which are pending. Raises MigrationError."""
    migrations = list_migrations(folder)
    with open_session(url) as connection:
        return _read_status(connection, migrations)


class _Upgrade:
    """One run over the pending migrations."""

    def __init__(
        self,
        connection: AlchemyConnection,
        migrations: list[Migration],
        deadline: Deadline,
        report: Report,
    ) -> None:
        self._migrations = migrations
        self._deadline = deadline
        self._report = report
        self._context = _configure(connection, self._list_steps)

    def run(self) -> None:
        """Applies what is pending; waits and tries again when somebody else holds a lock."""
        for attempt in range(1, LOCK_ATTEMPTS + 1):
            try:
                self._context.run_migrations()
                return
            except (psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected) as error:
                said = (error.diag.message_primary or "no lock").strip()
                if attempt == LOCK_ATTEMPTS:
                    raise MigrationError(
                        f"A lock was not to be had in {attempt} attempts ({said}). Look in "
                        "pg_stat_activity for a long transaction, end it, and run again."
                    ) from error
                pause = LOCK_PAUSE_SECONDS * attempt
                self._report(f"  {said}: trying again in {pause:g} s")
                self._deadline.check()
                time.sleep(min(pause, self._deadline.left_seconds or pause))

    def _list_steps(self, heads: tuple[str, ...], _: MigrationContext) -> Iterator[MigrationStep]:
        """Gives Alembic the steps from the database's revision on."""
        known = {migration.revision for migration in self._migrations}
        if any(head not in known for head in heads):
            self._report(f"The database is at {heads[0]}, later than this release: nothing to do.")
            return
        scripts = [self._make_script(migration) for migration in self._migrations]
        revisions = RevisionMap(lambda: scripts)
        newest_first = list(revisions.iterate_revisions("head", heads or "base"))
        for script in reversed(newest_first):
            self._deadline.check()
            yield MigrationStep.upgrade_from_script(revisions, cast(Script, script))

    def _make_script(self, migration: Migration) -> Script:
        """Makes the revision that Alembic would load from a Python file."""
        number = int(migration.revision)
        module = ModuleType(migration.name, migration.name)
        vars(module).update(
            revision=migration.revision,
            down_revision=f"{number - 1:04d}" if number > 1 else None,
            upgrade=partial(self._apply, migration),
        )
        return Script(module, migration.revision, f"{migration.name}.sql")

    def _apply(self, migration: Migration) -> None:
        started = time.monotonic()
        execution.apply(migration, self._context, self._deadline)
        self._report(f"  {migration.name} ({time.monotonic() - started:.1f} s)")


def _configure(connection: AlchemyConnection, steps: object) -> MigrationContext:
    return MigrationContext.configure(
        connection,
        opts={"fn": steps, "transaction_per_migration": True, "version_table_schema": "migrations"},
    )


def _make_schema(connection: AlchemyConnection) -> None:
    connection.exec_driver_sql("create schema if not exists migrations")
    connection.exec_driver_sql(execution.CREATE_PROGRESS)
    connection.commit()


def _read_status(connection: AlchemyConnection, migrations: list[Migration]) -> Status:
    head = _configure(connection, None).get_current_revision()
    connection.rollback()
    applied = [one.name for one in migrations if head is not None and one.revision <= head]
    return Status(applied, [one.name for one in migrations][len(applied) :], head)
