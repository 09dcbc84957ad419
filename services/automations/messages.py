"""SQS messages that announce jobs and news of keys. One that stays unanswered ends in the dead-letter queue.

Source: "Implementing partial batch responses" (Lambda developer guide).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
import psycopg2

from services.automations.jobs import SecondsLeft, run_job
from services.automations.keys import KeysNotTold
from services.automations.kinds import Work
from services.shared.database import Database
from services.shared.errors import Unavailable

__all__ = ["run_messages"]

NEWS = {"task": "keys"}
STATE = "SELECT state, code FROM skep.job_state(%s)"
ENDED = ("done", "cancelled", "failed")
POISON = ("interrupted", "out_of_time")
"""Why a job failed that takes its worker with it: somebody should look at its message."""


class _Unanswered(Exception):
    """The message is to come again."""


def run_messages(
    database: Database,
    records: Sequence[Mapping[str, Any]],
    seconds_left: SecondsLeft,
    kinds: Mapping[str, Work],
    tell_keys: Callable[[], object],
) -> tuple[dict[str, int], dict[str, Any]]:
    """Does the jobs that messages name, and tell_keys for those that say that a key was made or revoked.

    Gives outcome -> how many, and what Lambda is to be answered.
    A job that somebody else is at is not done yet, so its message comes again; by then it has ended.
    """
    outcomes: Counter[str] = Counter()
    failures = []
    for record in records:
        try:
            if _is_of_keys(record):
                outcomes[_tell(tell_keys)] += 1
            else:
                outcomes[_answer(database, record, seconds_left, kinds)] += 1
        except _Unanswered as error:
            outcomes["unanswered"] += 1
            failures.append({"itemIdentifier": record.get("messageId")})
            line = {"level": "WARNING", "message": record.get("messageId"), "error": str(error)}
            sys.stdout.write(orjson.dumps(line).decode() + "\n")
    return dict(outcomes), {"batchItemFailures": failures}


def _is_of_keys(record: Mapping[str, Any]) -> bool:
    try:
        return bool(orjson.loads(record["body"]) == NEWS)
    except (KeyError, TypeError, ValueError):
        return False


def _tell(tell_keys: Callable[[], object]) -> str:
    try:
        tell_keys()
    except (Unavailable, KeysNotTold, psycopg2.Error) as error:
        raise _Unanswered(type(error).__name__) from error
    return "told"


def _answer(database: Database, record: Mapping[str, Any], seconds_left: SecondsLeft, kinds: Mapping[str, Work]) -> str:
    """How the job that the message names has ended. Raises _Unanswered."""
    job = _read(record)
    try:
        run_job(database, job, seconds_left, kinds)
        rows = database.run(STATE, (job,))
    except (Unavailable, psycopg2.Error) as error:
        raise _Unanswered(type(error).__name__) from error
    if not rows:
        raise _Unanswered("there is no such job")
    state, code = rows[0]
    if state not in ENDED or code in POISON:
        raise _Unanswered(f"the job is {state}{f' ({code})' if code else ''}")
    return str(state)


def _read(record: Mapping[str, Any]) -> str:
    try:
        message = orjson.loads(record["body"])
        task, job = message["task"], str(UUID(message["job"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _Unanswered("the message names no job") from error
    if task != "jobs":
        raise _Unanswered(f"the message's task is {str(task)[:40]!r}")
    return job
