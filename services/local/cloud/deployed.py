"""The functions deployed in the emulator, run from their images: it asks, the Lambda runtime answers."""

from __future__ import annotations

import json
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.local.cloud.emulator import ACCOUNT, REGION, SECRET, connect
from services.local.cloud.events import is_request, make_failure, repair
from services.local.lambda_runtime.failures import FunctionError, InvokeRefused, Throttled
from services.local.lambda_runtime.front import Invocable
from services.local.lambda_runtime.function import Function
from services.local.lambda_runtime.sandboxes import Start
from services.local.lambda_runtime.settings import Call, FunctionSettings

__all__ = ["Deployed", "MakeStart"]

MakeStart = Callable[[str, Mapping[str, str]], Start]
"""Makes what starts a function: image URI, environment."""

ALIAS_SECONDS = 1.0
CONCURRENCY = 4
"""Environments of one version. AWS would start another one; this machine has room for so many, and the rest wait."""


class Deployed(Mapping[str, Invocable]):
    """Function name -> what runs it. What a function is, is asked of the emulator when it is first invoked.

    Each version has environments of its own, so that `live` may move while the one before still answers.
    """

    def __init__(self, endpoint: str, make_start: MakeStart) -> None:
        self._endpoint, self._make_start = endpoint, make_start
        self._client = connect("lambda", endpoint)
        self._lock = threading.Lock()
        self._functions: dict[tuple[str, str], _Waiting] = {}
        self._versions: dict[tuple[str, str], tuple[str, float]] = {}

    def __getitem__(self, name: str) -> Invocable:
        return _Named(name, self.find)

    def __contains__(self, name: object) -> bool:
        return bool(name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({name for name, _ in self._functions}))

    def __len__(self) -> int:
        return len({name for name, _ in self._functions})

    def find(self, name: str, qualifier: str) -> Invocable:
        """A version of a function, or the one that an alias names. Raises ClientError for one that isn't deployed."""
        version = qualifier if qualifier.isdigit() else self._find_version(name, qualifier)
        with self._lock:
            if (name, version) not in self._functions:
                self._functions[name, version] = self._make(name, version)
            return self._functions[name, version]

    def _find_version(self, name: str, qualifier: str) -> str:
        """Whom an alias names: what it was a moment ago will do."""
        found, seen_at = self._versions.get((name, qualifier), ("", -math.inf))
        if time.monotonic() - seen_at > ALIAS_SECONDS:
            answer = self._client.get_function_configuration(FunctionName=name, Qualifier=qualifier)
            found = str(answer["Version"])
            self._versions[name, qualifier] = (found, time.monotonic())
        return found

    def stop(self) -> None:
        """Ends all environments of all functions."""
        with self._lock:
            functions, self._functions = list(self._functions.values()), {}
        for function in functions:
            function.stop()

    def _make(self, name: str, version: str) -> _Waiting:
        deployed = self._client.get_function(FunctionName=name, Qualifier=version)
        configuration = deployed["Configuration"]
        settings = FunctionSettings(
            name=name,
            version=version,
            memory_mb=configuration["MemorySize"],
            timeout_seconds=configuration["Timeout"],
            region=REGION,
        )
        environment = {
            **configuration["Environment"]["Variables"],
            # The role's credentials, without the session token that Lambda adds (the emulator knows of none), and
            # where this AWS is.
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self._endpoint,
        }
        return _Waiting(self._make_start(deployed["Code"]["ImageUri"], environment), settings)


class _Waiting:
    """A function whose callers wait their turn, for as long as it may run, instead of being refused."""

    def __init__(self, start: Start, settings: FunctionSettings) -> None:
        self._function = Function(start, settings, concurrency=CONCURRENCY)
        self._turns = threading.BoundedSemaphore(CONCURRENCY)
        self._wait_seconds = settings.timeout_seconds
        self.stop = self._function.stop

    def invoke_bytes(self, payload: bytes, call: Call) -> bytes:
        """As Function.invoke_bytes. Raises Throttled when no turn came."""
        # pylint: disable-next=consider-using-with  # it knows no time-out
        if not self._turns.acquire(timeout=self._wait_seconds):
            raise Throttled()
        try:
            return self._function.invoke_bytes(payload, call)
        finally:
            self._turns.release()


@dataclass(frozen=True)
class _Named:
    """A function by its name; the call says the version."""

    name: str
    find: Callable[[str, str], Invocable]

    def invoke_bytes(self, payload: bytes, call: Call) -> bytes:
        """The answer to an event. Raises what Function.invoke_bytes does, but for requests, which get an answer."""
        event: Any = json.loads(payload)
        request = is_request(event)
        if request:
            payload = json.dumps(repair(event)).encode()
        try:
            return self.find(self.name, call.qualifier or "$LATEST").invoke_bytes(payload, call)
        except (FunctionError, InvokeRefused) as error:
            sys.stdout.write(f"{self.name}: {error}\n")
            sys.stdout.flush()
            if not request:
                raise
            return make_failure(event, error)
