"""Work that no request asks for. An event names its task; each may run twice without harm."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from services.shared.database import Database

__all__ = ["TASKS", "UnknownTask", "make_handler"]


class UnknownTask(ValueError):
    """The event names no task of ours."""


def maintain(database: Database) -> dict[str, Any]:
    """Daily: makes the change log's next partitions, removes keys, sessions and failures that have served."""
    partitions = database.run("SELECT skep.make_partitions()", write=True)[0][0]
    removed: dict[str, int] = dict(database.run("SELECT kind, removed FROM skep.purge()", write=True))
    return {"partitions": partitions, "removed": removed}


TASKS: Mapping[str, Callable[[Database], dict[str, Any]]] = {"maintain": maintain}


def make_handler(database: Database) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """A Lambda handler for events {"task": name}. It connects as skep_job."""

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        task = event.get("task")
        if not isinstance(task, str) or task not in TASKS:
            raise UnknownTask(f"the event's task is {task!r}; it must be one of {', '.join(TASKS)}")
        started = time.perf_counter()
        result = TASKS[task](database)
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
