"""Where a local cloud keeps its files: DATA/cloud.json for people, DATA/cloud/ for itself, and who runs it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.local.postgres.process import is_gone

__all__ = ["CloudError", "Place"]

LABEL = "skep.cloud"
STOP_SECONDS = 30.0


class CloudError(Exception):
    """What keeps the cloud from coming up, and what to do about it."""


@dataclass(frozen=True)
class Place:
    """One cloud's name and folder."""

    name: str
    data: Path

    @property
    def api_id(self) -> str:
        """The same at each start, so that a URL stays what it was, and no other cloud's, whose cookies aren't ours."""
        return hashlib.sha256(f"{self.name} {self.data.resolve()}".encode()).hexdigest()[:8]

    @property
    def id(self) -> str:
        """For what all clouds of this machine have in one place: those of two checkouts have the same name."""
        return f"{self.name}-{self.api_id}"

    @property
    def folder(self) -> Path:
        """What it keeps for itself; gone after `down`."""
        return self.data / "cloud"

    @property
    def told(self) -> Path:
        """What is said to people and programs: URL, keys, passwords."""
        return self.data / "cloud.json"

    @property
    def log(self) -> Path:
        """What the process in the background says, and the functions' own lines."""
        return self.folder / "cloud.log"

    @property
    def label(self) -> str:
        """On every container and volume of this cloud, in Docker's words."""
        return f"{LABEL}={self.id}"

    def path(self, name: str) -> Path:
        """A file of its own."""
        return self.folder / name

    def read(self, path: Path) -> dict[str, Any]:
        """A JSON object that was written here; empty when there is none, or half of one."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def write(self, path: Path, content: dict[str, Any]) -> None:
        """Writes a JSON object whole or not at all, for its owner alone: there are keys and passwords in it."""
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
        part.replace(path)

    @contextmanager
    def hold(self, what: str, busy: str) -> Iterator[None]:
        """Keeps others from doing the same; the kernel lets go however the process ends. Raises CloudError(busy)."""
        with self.path(f"{what}.lock").open("a+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CloudError(busy) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def find_process(self) -> int | None:
        """The process in the background, which holds its lock as long as it lives; None when there is none."""
        try:
            with self.path("serve.lock").open("r", encoding="ascii") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    said = lock.read()
                    return int(said) if said.isdigit() else None
        except FileNotFoundError:
            pass
        return None

    def stop_process(self) -> None:
        """Ends the process in the background and all that it holds."""
        pid = self.find_process()
        for how in (signal.SIGTERM, signal.SIGKILL):
            if pid is None:
                return
            with suppress(ProcessLookupError):
                os.kill(pid, how)
            deadline = time.monotonic() + STOP_SECONDS
            while not is_gone(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
            pid = self.find_process()
