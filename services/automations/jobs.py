"""Runs the jobs that wait: claims one, does it in one transaction of its principal, tells how far it is meanwhile."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import orjson
import psycopg2

from services.automations.acting import Acting, Job, NotRunning, act_for
from services.automations.watch import REPORT, Watch
from services.records.changes import Progress, undo_change_set
from services.shared.bugs import describe_bug
from services.shared.database import Database
from services.shared.errors import SkepError, Unavailable, problem

__all__ = ["KINDS", "OutOfTime", "SecondsLeft", "run_jobs"]

SecondsLeft = Callable[[], float]
Work = Callable[[Acting, Mapping[str, Any], Progress], dict[str, Any]]

CLAIM = "SELECT id, kind, args, attempts FROM skep.claim_job(%s)"
GIVE_UP = "SELECT skep.give_up_job(%s, %s, %s, %s)"
BEGIN_WITH_SECONDS = 60.0
"""With less time left, a job waits for the next run."""
STOP_AT_SECONDS = 15.0
"""With less time left, a job is broken off while it can still be undone in order."""
CONFLICTS_KEPT = 1_000
PASSING = ("40001", "40P01", "55P03", "57014", "57P01")
"""Serialization failure, deadlock, lock or statement time-out, shutdown: it may go better next time."""


class OutOfTime(SkepError):
    """This took longer than a job may, and was undone."""

    status, code = 503, "out_of_time"


def undo(acting: Acting, args: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Takes the change set args["change_set"] back."""
    undone = undo_change_set(acting, args["change_set"], skip_conflicts=args["skip_conflicts"], progress=progress)
    return {
        "undone": args["change_set"],
        "conflicts": undone.conflicts[:CONFLICTS_KEPT],
        "conflict_count": len(undone.conflicts),
        "hidden": undone.hidden,
    }


KINDS: Mapping[str, Work] = MappingProxyType({"undo": undo})
"""Kind of job -> what does it, in one transaction, so that a job that was broken off is simply done again."""


def run_jobs(database: Database, seconds_left: SecondsLeft, *, kinds: Mapping[str, Work] = KINDS) -> dict[str, int]:
    """Runs jobs, oldest first, until none waits or time is short. Gives outcome -> how many jobs.

    database: as skep_job. Outcomes: done, failed, queued (to be tried again), lost (cancelled, or another's by now).
    """
    outcomes: Counter[str] = Counter()
    while seconds_left() > BEGIN_WITH_SECONDS:
        rows = database.run(CLAIM, (list(kinds),), write=True)
        if not rows:
            break
        job_id, kind, args, attempt = rows[0]
        outcomes[_run(database, Job(job_id, kind, orjson.loads(args), attempt), kinds[kind], seconds_left)] += 1
    return dict(outcomes)


def _run(database: Database, job: Job, work: Work, seconds_left: SecondsLeft) -> str:
    with Watch(database, job) as watch:

        def progress(done: int, total: int) -> None:
            if seconds_left() < STOP_AT_SECONDS:
                raise OutOfTime()
            watch.tell(done, total)

        def do(acting: Acting) -> dict[str, Any]:
            result = work(acting, job.args, progress)
            acting.run(REPORT, watch.report)
            return result

        try:
            act_for(database, job, do)
        except NotRunning:
            return "lost"
        except Exception as error:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            # Whatever it is, the job says so.
            return _give_up(database, job, error)
    return "done"


def _give_up(database: Database, job: Job, error: Exception) -> str:
    known = error if isinstance(error, SkepError) else _known(error)
    again = isinstance(known, Unavailable | OutOfTime)
    if "conflicts" in known.extra:
        known.extra["conflict_count"] = len(known.extra["conflicts"])
        known.extra["conflicts"] = known.extra["conflicts"][:CONFLICTS_KEPT]
    body = problem(known, None)
    rows = database.run(GIVE_UP, (job.id, job.attempt, orjson.dumps(body, default=str).decode(), again), write=True)
    return rows[0][0] or "lost"


def _known(error: Exception) -> SkepError:
    if isinstance(error, psycopg2.Error) and error.pgcode in PASSING:
        return Unavailable("The database was too busy for this. Try again later.")
    sys.stderr.write(describe_bug(error) + "\n")
    return SkepError("Something went wrong on our side. Tell us the id of this job.")
