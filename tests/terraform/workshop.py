"""A copy of the tree for Terraform's commands, two at a time: each runs once, and many tests read what it said."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.terraform.commands import Broken, Run, run_terraform, run_tests
from tests.terraform.offline_provider.mirror import Providers, copy_tree
from tests.terraform.offline_provider.running import keep_running

WORKERS = os.cpu_count() or 2


class Job(NamedTuple):
    """A command in a folder: file is the test file that it runs, or "" for validate."""

    folder: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.folder}/{self.file}" if self.file else self.folder


class Done(NamedTuple):
    """What a job came to. Broken keeps the words of a command that failed as a whole."""

    seconds: float
    runs: list[Run]
    broken: str


class Workshop:
    """Runs jobs in the background; `done` waits for one. prepare: adds to the copy of terraform/ what they need."""

    def __init__(self, scratch: Path, providers: Providers, prepare: Callable[[Path], None]) -> None:
        self._environment = providers.environment
        self._pool = ThreadPoolExecutor(WORKERS)
        self._jobs: dict[Job, Future[Done]] = {}
        self._folders: dict[str, Future[None]] = {}
        self._installing = threading.Lock()
        self._one_at_a_time = providers.kind == "registry"  # Terraform's plugin cache knows no other writer
        self._tree = copy_tree(scratch, locked=providers.kind == "registry")
        prepare(self._tree)
        self._running = ExitStack()
        self._shared = self._running.enter_context(keep_running(providers, self._tree))

    def folder(self, name: str) -> Path:
        """A folder of the copy, given from terraform/."""
        return self._tree / name

    def start(self, job: Job) -> None:
        """Begins a job, unless it has begun."""
        if job not in self._jobs:
            self._jobs[job] = self._pool.submit(partial(self._do, job))

    def done(self, job: Job) -> Done:
        """What a job came to, when it has come to it."""
        self.start(job)
        return self._jobs[job].result()

    def close(self) -> None:
        """Drops what has not begun and waits for what has."""
        self._pool.shutdown(cancel_futures=True)
        self._running.close()

    def _do(self, job: Job) -> Done:
        started = time.monotonic()
        runs: list[Run] = []
        broken = ""
        try:
            self._initialize(job.folder)
            started = time.monotonic()
            if job.file:
                runs = run_tests(job.file, folder=self.folder(job.folder), environment=self._shared)
            else:
                run_terraform("validate", folder=self.folder(job.folder), environment=self._shared)
        except Broken as error:
            broken = str(error)
        return Done(time.monotonic() - started, runs, broken)

    def _initialize(self, folder: str) -> None:
        with self._installing:
            mine = folder not in self._folders
            ready = self._folders.setdefault(folder, Future())
            if mine and self._one_at_a_time:
                self._install(folder, ready)
        if mine and not self._one_at_a_time:
            self._install(folder, ready)
        ready.result()

    def _install(self, folder: str, ready: Future[None]) -> None:
        try:
            run_terraform("init", "-backend=false", folder=self.folder(folder), environment=self._environment)
            ready.set_result(None)
        except Broken as error:
            ready.set_exception(error)
