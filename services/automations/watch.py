"""A running job's heartbeat: a thread with a connection of its own, since the job's transaction shows nothing yet."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import psycopg2

from services.automations.acting import Job, NotRunning
from services.shared.database import Database
from services.shared.errors import Unavailable

__all__ = ["BEAT_SECONDS", "REPORT", "Watch"]

REPORT = "SELECT skep.report_job(%s, %s, %s, %s)"
BEAT_SECONDS = 1.0


class Watch:
    """While it is open, the job's row tells its progress, and the job hears when it is to stop."""

    def __init__(self, database: Database, job: Job) -> None:
        self._database = database
        self._job = job
        self._told: tuple[int, int | None] = (0, None)
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"watch of job {job.id}", daemon=True)

    def tell(self, done: int, total: int) -> None:
        """Says how far the job is. Raises NotRunning when it was cancelled or is another's by now."""
        self._told = (done, total)
        if self._lost.is_set():
            raise NotRunning()

    @property
    def report(self) -> tuple[str, int, int, int | None]:
        """The parameters of REPORT, as last told."""
        return (self._job.id, self._job.attempt, *self._told)

    def _beat(self) -> None:
        while not self._ended.is_set():
            try:
                rows = self._database.run(REPORT, self.report, write=True)
            except (Unavailable, psycopg2.Error):
                pass  # the job itself meets the same trouble, and says so
            else:
                if not rows[0][0]:
                    self._lost.set()
            self._ended.wait(BEAT_SECONDS)
        self._database.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
