"""One database session that changes the schema: connection, lock against a second runner, deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import psycopg2
from psycopg2.extensions import connection as Connection
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import Connection as AlchemyConnection

from services.migrations.errors import MigrationError, OutOfTimeError

OWNER = "skep_owner"
URL_NAME = "SKEP_DATABASE_OWNER_URL"
LOCK_KEY = 0x536B6570  # "Skep": the one number of this lock
LOCK_POLL_SECONDS = 0.5
_TRY_LOCK = text("select pg_try_advisory_lock(:key)")
_FIND_HOLDER = text(
    "select pid from pg_locks where locktype = 'advisory' and granted and classid = 0 and objid = :key and objsubid = 1"
)

Report = Callable[[str], None]


class Deadline:
    """The moment at which a run has to stop by itself."""

    def __init__(self, seconds: float | None) -> None:
        """Takes the seconds from now, None for no limit."""
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def left_seconds(self) -> float | None:
        """The seconds until then, None without a limit."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether it has passed."""
        return self._end is not None and time.monotonic() >= self._end

    def check(self) -> None:
        """Raises OutOfTimeError once it has passed."""
        if self.is_over:
            raise OutOfTimeError("The time given to this run is over.")

    @contextmanager
    def cancels(self, connection: Connection) -> Iterator[None]:
        """Cancels what runs on a connection when the moment comes; raises OutOfTimeError then."""
        left = self.left_seconds
        timer = threading.Timer(left, connection.cancel) if left is not None else None
        if timer is not None:
            timer.daemon = True
            timer.start()
        try:
            yield
        except psycopg2.errors.QueryCanceled as error:
            if self.is_over:
                raise OutOfTimeError("The time given to this run is over.") from error
            raise
        finally:
            if timer is not None:
                timer.cancel()


@contextmanager
def open_session(url: str) -> Iterator[AlchemyConnection]:
    """Connects as the owner of the schema. Raises MigrationError for a wrong URL, password or role."""

    def connect() -> Connection:
        try:
            return psycopg2.connect(
                url,
                application_name="skep migrations",
                connect_timeout=10,
                # A killed run must not hold its locks until its statement ends.
                options="-c client_connection_check_interval=1s",
            )
        except psycopg2.Error as error:
            raise MigrationError(
                f"The database does not let us in: {str(error).strip()}. "
                f"{URL_NAME} must be a libpq URL of the role skep_owner."
            ) from None

    engine = create_engine("postgresql+psycopg2://", creator=connect, poolclass=NullPool)
    with engine.connect() as connection:
        user = connection.exec_driver_sql("select current_user").scalar_one()
        if user != OWNER:
            raise MigrationError(
                f"Migrations run as {OWNER}, who owns the schema, but {URL_NAME} is of the role {user}."
            )
        connection.rollback()
        yield connection


def raw_connection(connection: AlchemyConnection) -> Connection:
    """Gives the psycopg2 connection below, which runs SQL as it is written."""
    return cast(Connection, connection.connection.dbapi_connection)


def take_lock(connection: AlchemyConnection, deadline: Deadline, report: Report) -> None:
    """Waits until no other session changes the schema. The lock ends with the session, even if killed."""
    told = False
    while not connection.execute(_TRY_LOCK, {"key": LOCK_KEY}).scalar_one():
        connection.rollback()
        deadline.check()
        if not told:
            report(f"Another run is changing the schema{_holder(connection)}; waiting for it.")
            told = True
        time.sleep(LOCK_POLL_SECONDS)
    connection.commit()


def _holder(connection: AlchemyConnection) -> str:
    found = connection.execute(_FIND_HOLDER, {"key": LOCK_KEY}).scalar()
    connection.rollback()
    return f" (database process {found})" if found else ""
