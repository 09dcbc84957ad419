"""The whole platform for commands that try it from outside: started for them, or a local cloud that is up already."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["PlatformFailed", "Told", "find_cloud", "run_platform"]

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
STOP_SECONDS = 30

Told = dict[str, Any]
"""What run.json or cloud.json says: url, clients (name, role, key), people (email, password, role), and more."""


class PlatformFailed(Exception):
    """The platform did not start, or did not stay."""


@contextmanager
def run_platform(data: Path) -> Iterator[Told]:
    """`make run` on a free port with this folder, stopped at the end. Raises PlatformFailed."""
    # Without a standard input, and in a session of its own: Ctrl-C reaches who asked, and that one stops it.
    server = subprocess.Popen(
        [sys.executable, "-m", "services.local.run", "--port", "0", "--data", data],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield _wait(server, data / "run.json")
        if server.poll() is not None:
            raise PlatformFailed(f"The platform ended meanwhile, with exit code {server.returncode}.")
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def find_cloud(data: Path) -> Told:
    """What the local cloud with this folder says of itself. Raises PlatformFailed when there is none."""
    told = data / "cloud.json"
    try:
        found: Told = json.loads(told.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlatformFailed(f"There is no {told}: `make cloud` brings a local cloud up and writes it.") from None
    return found


def _wait(server: subprocess.Popen[bytes], run: Path) -> Told:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise PlatformFailed(f"The platform did not start (exit code {server.returncode}): see above.")
        if run.exists():
            found: Told = json.loads(run.read_text(encoding="utf-8"))
            return found
        time.sleep(0.1)
    raise PlatformFailed(f"The platform was not ready after {START_SECONDS} s.")
