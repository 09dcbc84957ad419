"""The worker of one machine: a thread that runs the jobs that wait, looking each second, as a schedule does on AWS."""

from __future__ import annotations

import math
import sys
import threading
from types import TracebackType
from typing import Self

import orjson
import psycopg2

from services.automations.jobs import run_jobs
from services.automations.kinds import make_kinds
from services.automations.tools import Tools
from services.shared.errors import Unavailable

__all__ = ["Worker"]

PAUSE_SECONDS = 1.0


class Worker:
    """Runs jobs while it is open."""

    def __init__(self, tools: Tools) -> None:
        self._database = tools.database
        self._kinds = make_kinds(tools)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def _seconds_left(self) -> float:
        # A job that runs when the platform stops is broken off, and done by the next start.
        return 0.0 if self._stop.is_set() else math.inf

    def _work(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            try:
                outcomes = run_jobs(self._database, self._seconds_left, self._kinds)
            except (Unavailable, psycopg2.Error) as error:
                self._log("ERROR", error=type(error).__name__)
                continue
            if outcomes:
                self._log("INFO", jobs=outcomes)
        self._database.close()

    def _log(self, level: str, **what: object) -> None:
        line = {"level": level, "service": "automations", "task": "jobs", **what}
        sys.stdout.write(orjson.dumps(line).decode() + "\n")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=15)
