"""A function: execution environments, made when all others are busy and used again, as Lambda does."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from services.local.lambda_runtime.failures import Crashed, Gone, InitError, Throttled, TimedOut
from services.local.lambda_runtime.runtime_api import INIT_SECONDS, RuntimeApi
from services.local.lambda_runtime.sandboxes import Start
from services.local.lambda_runtime.settings import Call, FunctionSettings

__all__ = ["Function"]

LOGS_KEPT = 50


class Function:
    """Answers events, each in an environment of its own while it lasts. stop() it, or use it as a context manager.

    concurrency: how many environments it may have at once. init_seconds: Lambda's 10, for whoever can't wait.
    """

    def __init__(
        self,
        start: Start,
        settings: FunctionSettings | None = None,
        *,
        concurrency: int = 10,
        init_seconds: float = INIT_SECONDS,
    ) -> None:
        self.settings = settings or FunctionSettings()
        self.cold_starts = 0
        """Environments that have been ready so far."""
        self._start = start
        self._concurrency = concurrency
        self._busy = 0
        self._init_seconds = init_seconds
        self._lock = threading.Lock()
        self._idle: list[RuntimeApi] = []  # the last one used is used next
        self._all: set[RuntimeApi] = set()
        self._logs: deque[str] = deque(maxlen=LOGS_KEPT)

    def invoke(self, event: Any, *, qualifier: str | None = None) -> Any:
        """The answer to an event, after JSON both ways. Raises what invoke_bytes does."""
        return json.loads(self.invoke_bytes(json.dumps(event).encode(), Call(qualifier)))

    def invoke_bytes(self, payload: bytes, call: Call) -> bytes:
        """The answer to an event, both as JSON text. Raises InvokeRefused or FunctionError, or one of their kin."""
        self._enter()
        try:
            while (environment := self._take_idle()) is not None:
                try:
                    return self._run(environment, payload, call, time.monotonic())
                except Gone:
                    continue  # it had ended since its last event, and has not seen this one
            environment, began = self._make(call)
            return self._run(environment, payload, call, began)
        except Gone as gone:
            raise Crashed(call.request_id, str(gone)) from gone
        finally:
            self._leave()

    def _run(self, environment: RuntimeApi, payload: bytes, call: Call, began: float) -> bytes:
        """began: when the function's time began to run."""
        try:
            left = self.settings.timeout_seconds - (time.monotonic() - began)
            return environment.invoke_bytes(payload, call, limit_seconds=left)
        finally:
            self._give_back(environment)

    def read_log(self) -> str:
        """What all environments have written: those that are gone, oldest first, then those that live."""
        with self._lock:
            return "".join([*self._logs, *(environment.read_log() for environment in self._all)])

    def stop(self) -> None:
        """Ends all environments."""
        with self._lock:
            environments, self._idle = list(self._all), []
        for environment in environments:
            self._drop(environment)

    def __enter__(self) -> Self:
        """Starts nothing: the first event does."""
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Stops."""
        self.stop()

    def _enter(self) -> None:
        with self._lock:
            if self._busy >= self._concurrency:
                raise Throttled()
            self._busy += 1

    def _leave(self) -> None:
        with self._lock:
            self._busy -= 1

    def _take_idle(self) -> RuntimeApi | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, environment: RuntimeApi) -> None:
        if environment.is_alive:
            with self._lock:
                self._idle.append(environment)
        else:
            self._drop(environment)

    def _drop(self, environment: RuntimeApi) -> None:
        environment.stop()
        with self._lock:
            if environment in self._all:
                self._all.remove(environment)
                self._logs.append(environment.read_log())

    def _make(self, call: Call) -> tuple[RuntimeApi, float]:
        """A new environment, and when the function's time began: an init that failed is tried again at its expense."""
        with suppress(InitError):
            return self._init(self._init_seconds), time.monotonic()
        began = time.monotonic()
        try:
            return self._init(self.settings.timeout_seconds), began
        except InitError as error:
            if error.error["errorType"] == "Sandbox.Timedout":
                raise TimedOut(call.request_id, self.settings.timeout_seconds) from error
            raise

    def _init(self, limit_seconds: float) -> RuntimeApi:
        environment = RuntimeApi(self._start, self.settings)
        with self._lock:
            self._all.add(environment)
        try:
            environment.start(limit_seconds=limit_seconds)
        except BaseException:
            self._drop(environment)
            raise
        self.cold_starts += 1
        return environment
