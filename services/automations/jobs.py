"""Runs the jobs that wait: claims one, does it in one transaction of its principal, tells how far it is meanwhile."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import psycopg2

from services.automations.acting import Acting, Job, NotRunning, act_for
from services.automations.kinds import CONFLICTS_KEPT, Work
from services.automations.watch import REPORT, Watch
from services.shared.bugs import describe_bug
from services.shared.database import Database, Row
from services.shared.errors import SkepError, Unavailable, problem

__all__ = ["OutOfTime", "SecondsLeft", "run_job", "run_jobs"]

SecondsLeft = Callable[[], float]

CLAIM = "SELECT id, kind, args, attempts FROM skep.claim_job(%s)"
CLAIM_ONE = "SELECT id, kind, args, attempts FROM skep.claim_job(%s, %s)"
GIVE_UP = "SELECT skep.give_up_job(%s, %s, %s, %s)"
BEGIN_WITH_SECONDS = 60.0
"""With less time left, a job waits for the next run."""
STOP_AT_SECONDS = 15.0
"""With less time left, a job is broken off while it can still be undone in order."""
PASSING = ("40001", "40P01", "55P03", "57014", "57P01")
"""Serialization failure, deadlock, lock or statement time-out, shutdown: it may go better next time."""


class OutOfTime(SkepError):
    """This took longer than a job may, and was undone."""

    status, code = 503, "out_of_time"


def run_jobs(database: Database, seconds_left: SecondsLeft, kinds: Mapping[str, Work]) -> dict[str, int]:
    """Runs jobs, oldest first, until none waits or time is short. Gives outcome -> how many jobs.

    database: as skep_job. Outcomes: done, failed, queued (to be tried again), lost (cancelled, or another's by now).
    """
    outcomes: Counter[str] = Counter()
    while seconds_left() > BEGIN_WITH_SECONDS:
        rows = database.run(CLAIM, (list(kinds),), write=True)
        if not rows:
            break
        job = _job(rows[0])
        outcomes[_run(database, job, kinds[job.kind], seconds_left)] += 1
    return dict(outcomes)


def run_job(database: Database, job_id: str, seconds_left: SecondsLeft, kinds: Mapping[str, Work]) -> None:
    """Runs this job if it waits, or its worker was lost, and there is time. Raises Unavailable."""
    if seconds_left() <= BEGIN_WITH_SECONDS:
        return
    for row in database.run(CLAIM_ONE, (list(kinds), job_id), write=True):
        job = _job(row)
        _run(database, job, kinds[job.kind], seconds_left)


def _job(row: Row) -> Job:
    job_id, kind, args, attempt = row
    return Job(job_id, kind, orjson.loads(args), attempt)


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
