"""The AWS emulator (ministack) as a process of its own: start it, wait for it, talk to it, end it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config

from services.local.ports import find_free_port
from services.local.postgres.process import end_with_parent

__all__ = [
    "ACCOUNT",
    "REGION",
    "SECRET",
    "Emulator",
    "EmulatorError",
    "connect",
    "is_answering",
    "need_port",
]

REGION = "eu-west-1"
ACCOUNT = "000000000000"
"""Also the access key: twelve digits name an account to the emulator."""
SECRET = "local"  # noqa: S105 - it opens nothing but an emulator on loopback
"""The secret key. Of all signatures the emulator checks only those of presigned S3 requests."""
START_SECONDS = 60.0
STOP_SECONDS = 10.0
PORT_SECONDS = 5.0


class EmulatorError(Exception):
    """The emulator did not start; the message has the end of what it said."""


def need_port(port: int, *, seconds: float = PORT_SECONDS) -> None:
    """Waits until nobody listens on a port of 127.0.0.1 (0: any will do): one who ended may need a moment.

    Raises EmulatorError.
    """
    deadline = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    raise EmulatorError(
                        f"port {port} can't be had ({error.strerror}). Another one: make cloud CLOUD_PORT=…"
                    ) from error
        time.sleep(0.1)


def is_answering(endpoint: str) -> bool:
    """Whether an emulator answers there."""
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2) as answer:  # noqa: S310
            return int(answer.status) == 200
    except (OSError, urllib.error.URLError):
        return False


def connect(service: str, endpoint: str) -> Any:
    """A boto3 client of one AWS service of the emulator."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=SECRET,
        config=Config(retries={"total_max_attempts": 2}, read_timeout=930, s3={"addressing_style": "path"}),
    )


class Emulator:
    """One emulator on 127.0.0.1, with nothing in it. All that is made in it ends with it.

    folder: for its log and what it may want to write. port: 0 takes a free one.
    """

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self._folder = folder
        self.port = port or find_free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log_file(self) -> Path:
        """Where it writes what it does."""
        return self._folder / "emulator.log"

    def start(self) -> None:
        """Starts it and waits until it answers. Raises EmulatorError."""
        need_port(self.port)  # somebody else's emulator would answer, too
        self._folder.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("wb") as log:
            # It outlives this call: stop() ends it. What runs before exec locks nothing.
            # pylint: disable-next=consider-using-with,subprocess-popen-preexec-fn
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=self._environment(),
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509
            )
        deadline = time.monotonic() + START_SECONDS
        while not is_answering(self.endpoint):
            if self.has_ended() or time.monotonic() > deadline:
                self.stop()
                raise EmulatorError(f"The AWS emulator did not start on port {self.port}:\n{self._last_words()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends it; by force when it takes longer than ten seconds."""
        if self._process is None:
            return
        for how in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                self._process.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
                return

    def has_ended(self) -> bool:
        """Whether its process is gone."""
        return self._process is None or self._process.poll() is not None

    def client(self, service: str) -> Any:
        """A boto3 client of one of its services."""
        return connect(service, self.endpoint)

    def _environment(self) -> dict[str, str]:
        """Nothing of this machine's AWS settings; no Docker, since what runs in containers is ours to start."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._folder),
            "TMPDIR": str(self._folder),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "S3_DATA_DIR": str(self._folder / "s3"),
            "DOCKER_HOST": f"unix://{self._folder}/no-docker.sock",
            "LOG_LEVEL": "WARNING",
        }

    def _last_words(self) -> str:
        lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-20:])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
