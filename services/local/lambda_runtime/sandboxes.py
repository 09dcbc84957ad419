"""Where an execution environment runs: a process of this machine's awslambdaric, or a container of a built image."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

__all__ = ["ContainerFunction", "ProcessFunction", "Sandbox", "Start"]

ROOT = Path(__file__).parents[3]
SANDBOX_USER = "993:990"
"""sbx_user1051, whom Lambda runs functions as, whatever the image's USER says."""
_TINI_SIGNAL = 128


class Sandbox(Protocol):
    """A started awslambdaric."""

    def wait(self) -> str:
        """Waits for the end and says how it came: "exit status 1", "signal: killed", or nothing for a plain exit."""
        ...

    def freeze(self) -> None:
        """Stops it where it stands."""
        ...

    def thaw(self) -> None:
        """Lets it go on."""
        ...

    def terminate(self) -> None:
        """Sends SIGTERM."""
        ...

    def kill(self) -> None:
        """Sends SIGKILL, and returns when it has ended and nothing is left of it."""
        ...

    def read_log(self) -> str:
        """What it has written so far to standard output and error."""
        ...

    def find_started_at(self) -> float:
        """When its process began, in seconds since 1970. Ask while it runs."""
        ...


class Start(Protocol):
    """Starts a sandbox that finds the Runtime API at 127.0.0.1:port. lambda_environment: what Lambda sets."""

    def __call__(self, port: int, lambda_environment: Mapping[str, str]) -> Sandbox: ...


@dataclass(frozen=True)
class ProcessFunction:
    """A handler of this tree ("services.customers.handler.handler") under this Python's awslambdaric.

    environment: the function's own variables. Of ours it sees none that begin with AWS_ or SKEP_.
    """

    handler: str
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    directory: Path = ROOT

    def __call__(self, port: int, lambda_environment: Mapping[str, str]) -> Sandbox:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SKEP_"))}
        environment = {
            **ours,
            **lambda_environment,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
            "LAMBDA_TASK_ROOT": str(self.directory),
            "_HANDLER": self.handler,
            **self.environment,
        }
        return _Process([sys.executable, "-m", "awslambdaric", self.handler], environment, self.directory)


@dataclass(frozen=True)
class ContainerFunction:
    """A built image, run as Lambda does: another user, read-only but for /tmp, an init above it, memory as configured.

    environment: the function's own variables. client: the docker client. command: instead of the image's CMD.
    labels: on the container, for whoever looks for it after a crash. mounts: folder of this machine -> where it is
    seen, read-only. processors: those that it may use, as in "0,1".
    On the host's network, so that it reaches the Runtime API and the database on loopback: Linux only.
    """

    image: str
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    client: str = "docker"
    command: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    mounts: Mapping[Path, str] = field(default_factory=dict)
    processors: str = ""

    def __call__(self, port: int, lambda_environment: Mapping[str, str]) -> Sandbox:
        environment = {**lambda_environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}", **self.environment}
        name = f"skep-lambda-{uuid.uuid4().hex}"
        memory = f"{lambda_environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']}m"
        run = [self.client, "run", "--rm", "--init", "--network=host", f"--name={name}", f"--user={SANDBOX_USER}"]
        run += ["--read-only", "--tmpfs=/tmp:mode=1777", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
        run += [f"--memory={memory}", f"--memory-swap={memory}"]
        run += [f"--cpuset-cpus={self.processors}"] if self.processors else []
        # By name alone: a value on the command line could be read by anybody on this machine.
        run += [f"--env={variable}" for variable in environment]
        run += [f"--label={label}={value}" for label, value in self.labels.items()]
        run += [f"--volume={folder}:{place}:ro" for folder, place in self.mounts.items()]
        command = [*run, self.image, *self.command]
        return _Container(command, {**os.environ, **environment}, client=self.client, name=name)


def _tell_end(code: int, *, number: int) -> str:
    """How a process ended. number: of the signal that ended it, if there is one of that number."""
    if number in signal.valid_signals():
        return f"signal: {(signal.strsignal(number) or str(number)).lower()}"
    return f"exit status {code}" if code else ""


class _Process:
    """The process that was started, its output in a file of its own."""

    def __init__(self, command: list[str], environment: Mapping[str, str], directory: Path | None = None) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by kill()
        self._last_log: str | None = None
        self._reading = threading.RLock()  # it may be read while it is closed
        # pylint: disable-next=consider-using-with  # it outlives this call: kill() ends it
        self._process = subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._is_frozen = False
        self._started_at = time.time()

    def wait(self) -> str:
        code = self._process.wait()
        return _tell_end(code, number=-code)

    def freeze(self) -> None:
        self._is_frozen = True
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._is_frozen:
            self._signal(signal.SIGCONT)
            self._is_frozen = False

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)
        self.thaw()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._close_log()

    def read_log(self) -> str:
        if self._last_log is not None:
            return self._last_log
        size = os.fstat(self._log.fileno()).st_size
        # Not seek and read: the process writes at the same file position.
        return os.pread(self._log.fileno(), size, 0).decode("utf-8", "replace")

    def find_started_at(self) -> float:
        return self._started_at

    def _close_log(self) -> None:
        self._last_log = self.read_log()
        self._log.close()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)


class _Container(_Process):
    """A container in the foreground of its client, which passes on its output and its exit status."""

    def __init__(self, command: list[str], environment: Mapping[str, str], *, client: str, name: str) -> None:
        super().__init__(command, environment)
        self._client, self.name = client, name

    def wait(self) -> str:
        code = self._process.wait()
        # As a shell has it, the init says 128 + n for a signal; 255 and the like are a status.
        return _tell_end(code, number=code - _TINI_SIGNAL)

    def freeze(self) -> None:
        self._docker("pause", self.name)
        self._is_frozen = True

    def thaw(self) -> None:
        if self._is_frozen:
            self._docker("unpause", self.name)
            self._is_frozen = False

    def terminate(self) -> None:
        self.thaw()
        self._docker("kill", "--signal=TERM", self.name)

    def kill(self) -> None:
        self.thaw()
        # It may be on its way into being: the client has begun, the container is not there yet.
        while self._process.poll() is None:
            self._docker("rm", "--force", self.name)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.2)
        self._close_log()

    def find_started_at(self) -> float:
        done = self._docker("inspect", "--format={{.State.StartedAt}}", self.name)
        return datetime.fromisoformat(done.stdout.strip()).timestamp()

    def _docker(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self._client, *arguments], capture_output=True, text=True, check=False)
