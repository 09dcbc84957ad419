"""Work that no request asks for. An event names its task, or brings messages that do; each may run twice unharmed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from services.automations.jobs import SecondsLeft, run_jobs
from services.automations.keys import keys
from services.automations.kinds import make_kinds
from services.automations.messages import run_messages
from services.automations.tools import Tools
from services.shared.metrics import TASK

__all__ = ["TASKS", "UnknownTask", "make_handler"]


class UnknownTask(ValueError):
    """The event names no task of ours."""


def maintain(tools: Tools, _seconds_left: SecondsLeft) -> dict[str, Any]:
    """Daily: makes the change log's next partitions, removes keys, sessions and failures that have served."""
    partitions = tools.database.run("SELECT skep.make_partitions()", write=True)[0][0]
    removed: dict[str, int] = dict(tools.database.run("SELECT kind, removed FROM skep.purge()", write=True))
    return {"partitions": partitions, "removed": removed}


def jobs(tools: Tools, seconds_left: SecondsLeft) -> dict[str, Any]:
    """Each minute: runs the jobs that wait, until time is short."""
    return {"jobs": run_jobs(tools.database, seconds_left, make_kinds(tools))}


TASKS: Mapping[str, Callable[[Tools, SecondsLeft], dict[str, Any]]] = {"maintain": maintain, "jobs": jobs, "keys": keys}


def make_handler(tools: Tools) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """A Lambda handler for the schedule's events {"task": name} and for SQS's {"Records": [...]}."""

    events = count()

    def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        started = time.perf_counter()
        seconds_left = _seconds_left_of(context)
        if "Records" in event:
            outcomes, answer = run_messages(
                tools.database, event["Records"], seconds_left, make_kinds(tools), lambda: keys(tools, seconds_left)
            )
            _log(context, started, is_first=next(events) == 0, what={"task": "messages", "messages": outcomes})
            return answer
        task = event.get("task")
        if not isinstance(task, str) or task not in TASKS:
            raise UnknownTask(f"the event's task is {task!r}; it must be one of {', '.join(TASKS)}")
        result = TASKS[task](tools, seconds_left)
        _log(context, started, is_first=next(events) == 0, what={"task": task, **result})
        return result

    return handler


def _seconds_left_of(context: Any) -> SecondsLeft:
    """How long the Lambda function may still run; where there is none, for ever."""
    remaining: Callable[[], int] | None = getattr(context, "get_remaining_time_in_millis", None)
    return (lambda: remaining() / 1000) if remaining is not None else (lambda: math.inf)


def _log(context: Any, started: float, *, is_first: bool, what: Mapping[str, Any]) -> None:
    """One JSON line, which is also metrics."""
    outcomes: Mapping[str, int] = what.get("jobs") or what.get("messages") or {}
    TASK.write(
        {
            "level": "INFO",
            "service": "automations",
            "request_id": getattr(context, "aws_request_id", None),
            "function_version": getattr(context, "function_version", "$LATEST"),
            "duration_ms": round((time.perf_counter() - started) * 1000, 3),
            "cold_start": int(is_first),
            "failed": outcomes.get("failed", 0) + outcomes.get("unanswered", 0),
            **what,
        }
    )
