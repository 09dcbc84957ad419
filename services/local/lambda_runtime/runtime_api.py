"""One execution environment: a process of awslambdaric, and the Runtime API that it asks for work."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, NamedTuple, Self

from services.local.lambda_runtime.failures import (
    MAX_EVENT_BYTES,
    AnswerTooLarge,
    Crashed,
    EventTooLarge,
    FunctionError,
    Gone,
    InitError,
    TimedOut,
    exit_error,
)
from services.local.lambda_runtime.runtime_server import RuntimeServer, Work
from services.local.lambda_runtime.sandboxes import Sandbox, Start
from services.local.lambda_runtime.settings import Call, FunctionSettings

__all__ = ["INIT_SECONDS", "RuntimeApi"]

INIT_SECONDS = 10.0
"""How long Lambda lets an environment prepare itself before the first event."""
_LAST_WORDS_SECONDS = 0.1
"""When the process has ended, its last message may still be on the way."""


class _Answer(NamedTuple):
    """What came of an event: a body, or an error."""

    body: bytes = b""
    error: FunctionError | None = None


class RuntimeApi:
    """One execution environment. Use it as a context manager, or start() and stop().

    start: a ProcessFunction or a ContainerFunction.
    """

    def __init__(self, start: Start, settings: FunctionSettings | None = None) -> None:
        self.settings = settings or FunctionSettings()
        self.sandbox: Sandbox | None = None
        self.started_at = self.ready_at = 0.0
        """When it was started and when it first asked for work, in seconds since 1970."""
        self._start = start
        self._server = RuntimeServer(self)
        self._alone = threading.Lock()  # an environment takes one event at a time
        self._changed = threading.Condition()
        self._is_asking = False
        self._is_frozen = False
        self._ended: str | None = None
        self._init_error: dict[str, Any] | None = None
        self._work: Work | None = None
        self._expected: str | None = None
        self._answer: _Answer | None = None

    def start(self, *, limit_seconds: float = INIT_SECONDS) -> None:
        """Starts the process and waits until it asks for work. Raises InitError; nothing is left of it then."""
        self._server.start()
        self.started_at = time.time()
        try:
            self.sandbox = self._start(self._server.port, self.settings.environment())
            threading.Thread(target=self._watch, args=(self.sandbox,), daemon=True).start()
            began = self._wait(lambda: self._is_asking or self._init_error or self._ended is not None, limit_seconds)
            self._expect_began(began, limit_seconds)
        except BaseException:
            self.stop()
            raise
        self.ready_at = time.time()

    def _expect_began(self, began: bool, limit_seconds: float) -> None:
        if self._init_error is not None:
            raise InitError(self._init_error, log=self.read_log())
        if self._ended is not None:
            raise InitError(exit_error(self._ended, Call().request_id), log=self.read_log())
        if not began:
            late = TimedOut(Call().request_id, limit_seconds)
            raise InitError(late.error, log=self.read_log())

    @property
    def is_alive(self) -> bool:
        """Whether it may take another event."""
        return self.sandbox is not None and self._ended is None

    def invoke(self, event: Any, call: Call | None = None) -> Any:
        """The handler's answer to an event, after JSON both ways. Raises what invoke_bytes does."""
        return json.loads(self.invoke_bytes(json.dumps(event).encode(), call or Call()))

    def invoke_bytes(self, payload: bytes, call: Call, *, limit_seconds: float | None = None) -> bytes:
        """The answer to an event, both as JSON text; a frozen environment is thawed for it.

        limit_seconds: what is left of the time-out, if something was spent already. Raises EventTooLarge, Gone,
        FunctionError and its kin; after TimedOut and Crashed the environment is gone.
        """
        if len(payload) > MAX_EVENT_BYTES:
            raise EventTooLarge()
        with self._alone:
            self.thaw()
            limit = self.settings.timeout_seconds if limit_seconds is None else max(0.0, limit_seconds)
            # It may not have come back from its last event yet, or never do: an answer that is too large ends it.
            came_back = self._wait(lambda: self._is_asking or self._ended is not None, limit)
            if self._ended is not None:
                raise Gone(self._ended)
            if not came_back:
                raise self._make_timed_out(call)
            return self._hand_over(payload, call, limit)

    def _hand_over(self, payload: bytes, call: Call, limit_seconds: float) -> bytes:
        headers = {
            "Lambda-Runtime-Aws-Request-Id": call.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + limit_seconds) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.settings.arn(call.qualifier),
            "Lambda-Runtime-Trace-Id": call.trace_id,
        }
        with self._changed:
            self._answer, self._expected = None, call.request_id
            self._work, self._is_asking = Work(payload, headers), False
            self._changed.notify_all()
        self._wait(lambda: self._answer is not None or self._ended is not None, limit_seconds)
        answer = self._take_answer()
        if answer is None and self._ended is not None:
            raise Crashed(call.request_id, self._ended, log=self.read_log())
        if answer is None:
            raise self._make_timed_out(call)
        if answer.error is not None:
            raise answer.error
        return answer.body

    def _take_answer(self) -> _Answer | None:
        with self._changed:
            answer, self._answer, self._expected = self._answer, None, None
            return answer

    def _make_timed_out(self, call: Call) -> TimedOut:
        self.kill()
        return TimedOut(call.request_id, self.settings.timeout_seconds, log=self.read_log())

    def freeze(self) -> None:
        """Stops the environment where it stands, as Lambda does between two invocations."""
        assert self.sandbox is not None
        self.sandbox.freeze()
        self._is_frozen = True

    def thaw(self) -> None:
        """Lets a frozen environment go on."""
        if self._is_frozen and self.sandbox is not None:
            self.sandbox.thaw()
            self._is_frozen = False

    def terminate(self, *, limit_seconds: float = 2.0) -> float:
        """Sends SIGTERM and waits; gives the seconds that it took. Raises TimeoutError.

        Lambda sends it only to a function with an extension (2 s with an external one, 500 ms with an internal one);
        without, the environment is killed at once.
        """
        assert self.sandbox is not None
        began = time.monotonic()
        self.sandbox.terminate()
        if not self._wait(lambda: self._ended is not None, limit_seconds):
            raise TimeoutError(f"it still runs {limit_seconds} s after SIGTERM")
        return time.monotonic() - began

    def kill(self) -> None:
        """Ends the environment at once."""
        if self.sandbox is not None:
            self.sandbox.kill()
            self._wait(lambda: self._ended is not None, None)

    def read_log(self) -> str:
        """What has arrived of what it wrote, after its end all; a container's may come a moment after its answer."""
        return self.sandbox.read_log() if self.sandbox is not None else ""

    def stop(self) -> None:
        """Ends the environment and the server."""
        self.kill()
        with self._changed:
            self._ended = self._ended or ""
            self._changed.notify_all()
        self._server.stop()

    def __enter__(self) -> Self:
        """Starts."""
        self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Stops."""
        self.stop()

    def _wait(self, is_so: Callable[[], object], limit_seconds: float | None) -> bool:
        with self._changed:
            return bool(self._changed.wait_for(is_so, limit_seconds))

    def _watch(self, sandbox: Sandbox) -> None:
        how = sandbox.wait()
        with self._changed:
            self._is_asking = False
        time.sleep(_LAST_WORDS_SECONDS)
        with self._changed:
            self._ended = how
            self._changed.notify_all()

    # What follows is called by the server's threads.

    def take_work(self) -> Work | None:
        """Waits for the next event; None when the environment has ended."""
        with self._changed:
            self._is_asking = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._work is not None or self._ended is not None)
            work, self._work = self._work, None
            return work

    def take_answer(self, request_id: str, body: bytes | None) -> bool:
        """Takes the answer; None: it was too large."""
        return self._settle(request_id, _Answer(error=AnswerTooLarge()) if body is None else _Answer(body))

    def take_error(self, request_id: str, error: dict[str, Any]) -> bool:
        """Takes what the handler raised."""
        return self._settle(request_id, _Answer(error=FunctionError(error)))

    def take_init_error(self, error: dict[str, Any]) -> None:
        """Takes why the process can not begin."""
        with self._changed:
            self._init_error = error
            self._changed.notify_all()

    def _settle(self, request_id: str, answer: _Answer) -> bool:
        with self._changed:
            if request_id != self._expected or self._answer is not None:
                return False
            self._answer = answer
            self._changed.notify_all()
            return True
