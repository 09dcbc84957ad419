"""A job's transaction: everything in it is run in the name of the one who asked for the job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg2

from services.shared.caller import Build, Identity
from services.shared.database import Database, Row
from services.shared.errors import Unauthorized, Unavailable

__all__ = ["Acting", "Job", "NotRunning", "act_for", "reading_for"]

BEGIN = "BEGIN; SELECT principal_id, role, person_id FROM skep.act_for_job(%s)"
BEGIN_READING = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT principal_id, role, person_id FROM skep.act_for_job(%s)"
)
LAG_SECONDS, LAG_PAUSE_SECONDS = 5.0, 0.2
FINISH = "SELECT skep.finish_job(%s, %s, %s); COMMIT"
NOBODY, NOT_RUNNING = "28000", "SK003"


class NotRunning(Exception):
    """The job was cancelled, or another worker has it: this one's work is undone."""


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job. attempt: how often it has been claimed by now."""

    id: str
    kind: str
    args: dict[str, Any]
    attempt: int


class Acting:
    """The transaction of a job, a Runner for the records engine."""

    def __init__(self, database: Database, identity: Identity, job: Job) -> None:
        self._database = database
        self._identity = identity
        self.job = job

    @property
    def identity(self) -> Identity:
        """Whom the job is for, as of today."""
        return self._identity

    def run(self, statement: str, params: Sequence[Any] = (), *, write: bool = True) -> list[Row]:
        """Runs a statement in the transaction; none is ever sent twice, whatever `write` says."""
        # pylint: disable=unused-argument
        return self._database.run(statement, params, write=True)

    def run_for_role(self, build: Build) -> list[Row]:
        """Runs a statement made for the role."""
        return self.run(*build(self._identity.role))

    @contextmanager
    def atomically(self) -> Iterator[Acting]:
        """This transaction itself."""
        yield self


def act_for(database: Database, job: Job, work: Callable[[Acting], dict[str, Any]]) -> None:
    """Does the work in the job's transaction, and commits it together with the result that the work gives.

    Raises Unauthorized when the one who asked may no longer call, NotRunning, and what the work raises; then nothing
    has changed.
    """
    try:
        result = work(Acting(database, _begin(database, job), job))
        database.run(FINISH, (job.id, job.attempt, orjson.dumps(result).decode()), write=True)
    except psycopg2.Error as error:
        database.roll_back()
        if error.pgcode == NOT_RUNNING:
            raise NotRunning() from error
        raise
    except BaseException:
        database.roll_back()
        raise


@contextmanager
def reading_for(replica: Database | None, acting: Acting) -> Iterator[Acting]:
    """A transaction of its own for the same caller's long reads, at one moment, on the replica.

    The replica learns of a job a little later than it was claimed. Where there is none, or it lags, the job's own
    transaction serves.
    """
    identity = None if replica is None else _begin_reading(replica, acting.job)
    if replica is None or identity is None:
        yield acting
        return
    try:
        yield Acting(replica, identity, acting.job)
    finally:
        replica.roll_back()


def _begin_reading(replica: Database, job: Job) -> Identity | None:
    deadline = time.monotonic() + LAG_SECONDS
    while True:
        try:
            return _begin(replica, job, BEGIN_READING)
        except (Unavailable, psycopg2.Error) as error:
            replica.roll_back()
            if time.monotonic() > deadline or not _is_behind(error):
                return None
        time.sleep(LAG_PAUSE_SECONDS)


def _is_behind(error: Exception) -> bool:
    return isinstance(error, psycopg2.Error) and error.pgcode == NOT_RUNNING


def _begin(database: Database, job: Job, begin: str = BEGIN) -> Identity:
    try:
        return Identity(*database.run(begin, (job.id,), write=True)[0])
    except psycopg2.OperationalError as error:
        if error.pgcode != NOBODY:
            raise
        raise Unauthorized("Whoever asked for this may no longer use Skep.") from error
