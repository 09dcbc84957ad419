"""Work that no request asks for. An event names its task; each may run twice without harm."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from services.automations.jobs import SecondsLeft, run_jobs
from services.shared.database import Database

__all__ = ["TASKS", "UnknownTask", "make_handler"]


class UnknownTask(ValueError):
    """The event names no task of ours."""


def maintain(database: Database, _seconds_left: SecondsLeft) -> dict[str, Any]:
    """Daily: makes the change log's next partitions, removes keys, sessions and failures that have served."""
    partitions = database.run("SELECT skep.make_partitions()", write=True)[0][0]
    removed: dict[str, int] = dict(database.run("SELECT kind, removed FROM skep.purge()", write=True))
    return {"partitions": partitions, "removed": removed}


def jobs(database: Database, seconds_left: SecondsLeft) -> dict[str, Any]:
    """Each minute, and as soon as there is one: runs the jobs that wait, until time is short."""
    return {"jobs": run_jobs(database, seconds_left)}


TASKS: Mapping[str, Callable[[Database, SecondsLeft], dict[str, Any]]] = {"maintain": maintain, "jobs": jobs}


def _seconds_left_of(context: Any) -> SecondsLeft:
    """How long the Lambda function may still run; where there is none, for ever."""
    remaining: Callable[[], int] | None = getattr(context, "get_remaining_time_in_millis", None)
    return (lambda: remaining() / 1000) if remaining is not None else (lambda: math.inf)


def make_handler(database: Database) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """A Lambda handler for events {"task": name}. It connects as skep_job."""

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        task = event.get("task")
        if not isinstance(task, str) or task not in TASKS:
            raise UnknownTask(f"the event's task is {task!r}; it must be one of {', '.join(TASKS)}")
        started = time.perf_counter()
        result = TASKS[task](database, _seconds_left_of(context))
        line = {
            "level": "INFO",
            "service": "automations",
            "request_id": getattr(context, "aws_request_id", None),
            "task": task,
            "duration_ms": round((time.perf_counter() - started) * 1000, 3),
            **result,
        }
        sys.stdout.write(orjson.dumps(line).decode() + "\n")
        return result

    return handler
