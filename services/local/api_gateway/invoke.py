"""Calls Lambda handlers in process: a context like Lambda's, and workers that stand for
execution environments, each handling one request at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

Handler = Callable[[dict[str, Any], Any], Any]

_Job = tuple["Future[Any]", Callable[[], Any]]


class InvocationTimedOut(Exception):
    """The handler did not answer in time. It still runs: a thread can't be stopped."""


@dataclass(frozen=True)
class LocalContext:
    """What a handler gets as `context` (the part of Lambda's context object that Skep reads)."""

    aws_request_id: str
    function_name: str
    timeout_seconds: float = 29.0
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    started: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN, in the account 000000000000 that stands for this machine."""
        return f"arn:aws:lambda:eu-west-1:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the handler may still run, never less than 0."""
        left = self.timeout_seconds - (time.monotonic() - self.started)
        return max(0, int(left * 1000))


class Workers:
    """A fixed set of threads. The database layer keeps one connection for each of them."""

    def __init__(self, count: int) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        # Daemons, so that a handler that hangs can't keep the process from ending.
        self._threads = [
            threading.Thread(target=self._work, name=f"environment-{n}", daemon=True) for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, function = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(function())
            # All of them: a handler's sys.exit() must not end the worker.
            except BaseException as error:  # noqa: BLE001  # pylint: disable=broad-exception-caught
                future.set_exception(error)

    def run(self, function: Callable[[], Any], timeout_seconds: float) -> Any:
        """Return what `function` returns; raises what it raises, or InvocationTimedOut."""
        future: Future[Any] = Future()
        self._jobs.put((future, function))
        wait([future], timeout_seconds)
        if not future.done():
            future.cancel()
            raise InvocationTimedOut
        return future.result()

    def stop(self) -> None:
        """Let running handlers end for up to two seconds, then leave them behind."""
        for _ in self._threads:
            self._jobs.put(None)
        deadline = time.monotonic() + 2
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
