"""Jobs, work longer than a request, as their principals see them: asked for, looked at, cancelled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from services.shared.caller import Runner
from services.shared.errors import Conflict, NotFound
from services.shared.queue import Queue

__all__ = ["JobRef", "announce_job", "cancel_job", "create_job", "find_file", "get_job"]

_SHOWN = "id, kind, args, state, progress, total, change_set, result, error, created_at, started_at, finished_at"
_JSON = ("args", "result", "error")
FIND = f"SELECT {_SHOWN} FROM skep.find_job(%s)"


class JobRef(NamedTuple):
    """A job that has been asked for."""

    id: str


def create_job(run: Runner, kind: str, args: Mapping[str, Any], *, idempotent: bool) -> JobRef:
    """Asks for work in the caller's name; it is begun after this transaction has committed.

    idempotent: the work may be begun again when its worker was lost, as all that is one transaction may.
    """
    rows = run.run("SELECT skep.create_job(%s, %s, %s)", (kind, json.dumps(args), idempotent), write=True)
    return JobRef(rows[0][0])


def announce_job(queue: Queue, job_id: str) -> None:
    """Tells the workers of a job whose transaction has committed; else the minute's sweep finds it."""
    queue.send({"task": "jobs", "job": job_id})


def get_job(run: Runner, job_id: str) -> dict[str, Any]:
    """A job of the caller's own, or for an admin any. Raises NotFound.

    state: queued, running, done, failed or cancelled; total: null until it is known; result: when done, as its kind
    says; error: when failed, a problem document.
    """
    rows = run.run(FIND, (job_id,))
    if not rows:
        raise NotFound("There is no such job.")
    job = dict(zip(_SHOWN.split(", "), rows[0], strict=True))
    return job | {name: json.loads(job[name]) for name in _JSON if job[name] is not None}


def cancel_job(run: Runner, job_id: str) -> dict[str, Any]:
    """Cancels a job that has not ended; a running one then changes nothing.

    Raises NotFound, Conflict (it has ended).
    """
    cancelled = run.run("SELECT skep.cancel_job(%s)", (job_id,), write=True)[0][0]
    job = get_job(run, job_id)
    if not cancelled:
        raise Conflict(f"The job is {job['state']} already.")
    return job


def find_file(job: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a job says of the file that it has made, its `name` first of all; None when it has made none.

    An export's result does, and the report of an import with more refused lines than it lists.
    """
    told = job["result"] or (job["error"] or {}).get("report") or {}
    return told if "name" in told else None
