"""How an invocation fails, in the words of Lambda.

InvokeRefused (the function never sees the event): EventTooLarge, Throttled.
FunctionError (the answer is an error document): InitError, TimedOut, Crashed, AnswerTooLarge.
"""

from __future__ import annotations

from typing import Any

from services.shared.lambda_adapter import MAX_ANSWER_BYTES

__all__ = [
    "MAX_EVENT_BYTES",
    "AnswerTooLarge",
    "Crashed",
    "EventTooLarge",
    "FunctionError",
    "Gone",
    "InitError",
    "InvokeRefused",
    "Throttled",
    "TimedOut",
]

#: Lambda's limit for the event of one synchronous invocation (Lambda quotas: 6 MB).
MAX_EVENT_BYTES = 6_291_456


class InvokeRefused(Exception):
    """Lambda's Invoke call itself answers with an error. status: HTTP; kind: the exception's name in the API."""

    status = 500
    kind = "ServiceException"

    def as_json(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"Type": "User", "message": str(self)}


class EventTooLarge(InvokeRefused):
    """The event has more than 6 MB."""

    status, kind = 413, "RequestTooLargeException"

    def __init__(self) -> None:
        super().__init__(f"Request must be smaller than {MAX_EVENT_BYTES} bytes for the InvokeFunction operation")


class Throttled(InvokeRefused):
    """All environments that the function may have are busy."""

    status, kind = 429, "TooManyRequestsException"

    def __init__(self) -> None:
        super().__init__("Rate Exceeded.")

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}


class FunctionError(Exception):
    """The answer is an error: `error` has errorType, errorMessage and, from the handler, stackTrace.

    log: what the environment had written, for whoever reads the exception; never part of the answer.
    """

    def __init__(self, error: dict[str, Any], *, log: str = "") -> None:
        said = f"{error.get('errorType')}: {error.get('errorMessage')}"
        super().__init__(f"{said}\n{log[-4000:]}" if log else said)
        self.error = error


class InitError(FunctionError):
    """The environment never became ready: it said why, ended, or took longer than 10 seconds."""


class TimedOut(FunctionError):
    """The function was killed at its time-out."""

    def __init__(self, request_id: str, timeout_seconds: float, *, log: str = "") -> None:
        message = f"RequestId: {request_id} Error: Task timed out after {timeout_seconds:.2f} seconds"
        super().__init__({"errorType": "Sandbox.Timedout", "errorMessage": message}, log=log)


class Crashed(FunctionError):
    """The process ended before it answered. how: "exit status 1", "signal: killed", or nothing."""

    def __init__(self, request_id: str, how: str, *, log: str = "") -> None:
        super().__init__(exit_error(how, request_id), log=log)


class AnswerTooLarge(FunctionError):
    """The handler's answer has more than 6 MB of JSON."""

    def __init__(self) -> None:
        limit = f"{MAX_ANSWER_BYTES} bytes"
        message = f"Response payload size exceeded maximum allowed payload size ({limit})."
        super().__init__({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message})


class Gone(Exception):
    """The environment had ended, as the message says, before it took the event: another one may have it."""


def exit_error(how: str, request_id: str) -> dict[str, Any]:
    """What Lambda says of a process that ended by itself."""
    reason = f"Runtime exited with error: {how}" if how else "Runtime exited without providing a reason"
    return {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: {reason}"}
