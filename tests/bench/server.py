"""The Postgres that is measured: an embedded server with all in memory, pinned with us to one core."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2

from services.local.postgres.embedded import THROWAWAY, EmbeddedPostgres

__all__ = ["DATABASE", "Server", "run_server"]

DATABASE = "skep_bench"
SETTINGS = {
    **THROWAWAY,
    "shared_buffers": "2GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",  # it would come and go between the batches
}


@dataclass
class Server:
    """A running server. core: where the server and we are pinned to, None where the system can't pin."""

    postgres: EmbeddedPostgres
    core: int | None = None
    _superuser: Any = field(default=None, repr=False)

    def url(self, role: str = "skep_app", **options: str) -> str:
        """The URL of a role, by TCP as in the cloud; options: settings of the session, such as search_path."""
        url = self.postgres.url(role, DATABASE)
        if options:
            url += "?options=" + quote(" ".join(f"-c{name}={value}" for name, value in options.items()), safe="")
        return url

    def sql(self, statement: str, params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Runs SQL as the superuser, to whom no policy applies."""
        if self._superuser is None:
            self._superuser = psycopg2.connect(self.url("postgres"), application_name="bench")
            self._superuser.autocommit = True
        with self._superuser.cursor() as cursor:
            cursor.execute(statement, params or None)
            return cursor.fetchall() if cursor.description else []

    def disconnect(self) -> None:
        """Closes the superuser's connection, so that the database can be dropped."""
        if self._superuser is not None:
            self._superuser.close()
            self._superuser = None

    def pin(self, core: int) -> None:
        """Pins us, and the server with all its processes, to one core: a wake-up across cores costs half a GET."""
        if not hasattr(os, "sched_setaffinity"):
            return
        backends = [pid for (pid,) in self.sql("SELECT pid FROM pg_stat_activity WHERE pid IS NOT NULL")]
        for pid in (0, self._parent(), *backends):
            os.sched_setaffinity(pid, {core})
        self.core = core

    def backends_cpu_ns(self) -> int:
        """CPU time that the sessions of the handlers have used, in ns; 0 where the system does not tell."""
        return sum(_cpu_ns(pid) for pid in self._handlers())

    def cpu_seconds(self) -> float:
        """CPU time that the whole server has used, with the sessions that have ended; 0 where nobody tells."""
        parent = self._parent()
        stats = [_stat(int(entry.name)) for entry in Path("/proc").glob("[0-9]*")]
        ticks = sum(int(t) for stat in stats if stat and int(stat[1]) == parent for t in stat[11:13])
        ended = sum(int(t) for t in (_stat(parent) or [])[13:15])
        return (ticks + ended) / os.sysconf("SC_CLK_TCK")

    def _parent(self) -> int:
        backend = self.sql("SELECT pg_backend_pid()")[0][0]
        return int((_stat(backend) or ["", "0"])[1])

    def _handlers(self) -> list[int]:
        rows = self.sql(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'bench'"
        )
        return [pid for (pid,) in rows]


def _stat(pid: int) -> list[str] | None:
    """What Linux tells of a process, from its state on: 1 parent, 11 to 14 ticks of it and of its ended children."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _cpu_ns(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0])
    except (OSError, IndexError):
        return 0


@contextmanager
def run_server(data_dir: Path | None) -> Iterator[Server]:
    """Runs a server on a data directory that is kept, or on one that goes with it."""
    folder = data_dir or Path(tempfile.mkdtemp(prefix="skep-bench-", dir="/tmp"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)  # as root, the server runs as another user
    try:
        with EmbeddedPostgres(folder, settings=SETTINGS) as postgres:
            yield Server(postgres)
    finally:
        if data_dir is None:
            shutil.rmtree(folder, ignore_errors=True)
