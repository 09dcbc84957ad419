"""Function logs: what every execution environment writes goes into one file, as it does into CloudWatch on AWS."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.local.lambda_runtime.sandboxes import Sandbox, Start

__all__ = ["Logged"]

LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Logged:
    """Starts as `start` does, and passes on all that is written then. write: takes any text, from any thread."""

    start: Start
    write: Callable[[str], object]

    def __call__(self, port: int, lambda_environment: Mapping[str, str]) -> Sandbox:
        return _Logged(self.start(port, lambda_environment), self.write)


class _Logged:
    """A sandbox whose log is read twice a second while it lives, and once more at its end."""

    def __init__(self, sandbox: Sandbox, write: Callable[[str], object]) -> None:
        self._sandbox, self._write = sandbox, write
        self._ended = threading.Event()
        self._written = 0
        self.freeze, self.thaw, self.terminate = sandbox.freeze, sandbox.thaw, sandbox.terminate
        self.kill, self.find_started_at = sandbox.kill, sandbox.find_started_at
        threading.Thread(target=self._copy, name="log", daemon=True).start()

    def wait(self) -> str:
        """As Sandbox.wait."""
        how = self._sandbox.wait()
        self._ended.set()
        return how

    def read_log(self) -> str:
        """As Sandbox.read_log, also while another thread ends it: its log is closed then, and kept."""
        try:
            return self._sandbox.read_log()
        except (OSError, ValueError):
            return self._sandbox.read_log()

    def _copy(self) -> None:
        ended = False
        while not ended:
            ended = self._ended.wait(LOOK_SECONDS)
            log = self.read_log()
            # Whole lines, so that those of two environments do not mix.
            end = len(log) if ended else log.rfind("\n") + 1
            if end > self._written:
                self._write(log[self._written : end])
                self._written = end
