"""The processes of the embedded Postgres: run a program as its user, start, find and stop a server."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from services.local.postgres.files import User

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10.0


class _Account(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Programs:
    """The Postgres programs of one folder, run as one user, without anything of our environment."""

    bin_dir: Path
    user: User

    def run(self, name: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end; `stdout` of the result has all that it said."""
        return subprocess.run(
            [str(self.bin_dir / name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=cwd,
            env=_environment(),
            **self._account(),
        )

    def serve(self, *arguments: str, cwd: Path, log: int) -> subprocess.Popen[bytes]:
        """Starts a server that writes into the open file `log` and ends with the calling thread.

        It gets a session of its own: Ctrl-C in the terminal must not reach it before us.
        """
        # It outlives this call: stop_server ends it. What runs before exec calls prctl and getppid, which
        # lock nothing, so threads do no harm.
        # pylint: disable-next=consider-using-with,subprocess-popen-preexec-fn
        return subprocess.Popen(
            [str(self.bin_dir / "postgres"), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGINT),  # noqa: PLW1509
            cwd=cwd,
            env=_environment(),
            **self._account(),
        )

    def major_version(self) -> str:
        """Gives the first part of the version: `18`."""
        words = self.run("postgres", "--version", cwd=Path("/")).stdout.split()
        return words[2].partition(".")[0] if len(words) > 2 else "unknown"

    def _account(self) -> _Account:
        if not self.user.is_other:
            return {}
        return {"user": self.user.uid, "group": self.user.gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    # Nothing of ours: PGDATA, PGPORT and the like would bend what we ask for.
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def end_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """Gives a `preexec_fn` that makes Linux send `how` when the thread that started it ends, by kill -9 too."""
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:
            os._exit(1)

    return ask


def find_server(cluster: Path) -> int | None:
    """Finds the process of the server that runs on a cluster; removes the pid file that a dead one left.

    Postgres looks only at whether the process lives, which is wrong once its number belongs to another
    program.
    """
    pid_file = cluster / "postmaster.pid"
    try:
        pid = abs(int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0]))
    except FileNotFoundError:
        return None
    except ValueError:
        pid = 0
    if pid and not is_gone(pid) and _command(pid).startswith(("postgres", "postmaster")):
        return pid
    pid_file.unlink()
    return None


def _command(pid: int) -> str:
    """Gives the name of the program that a process runs, empty when there is none."""
    if Path("/proc/self").exists():  # not every Linux has `ps`
        try:
            return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
        except OSError:
            return ""
    answer = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return Path(answer.stdout.strip()).name


def stop_server(pid: int, has_ended: Callable[[], bool]) -> None:
    """Stops a server: fast (it ends all connections), and if that takes too long, at once."""
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, how)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if has_ended():
                return
            time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that its parent has not yet asked about has, too."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state in "ZX"
