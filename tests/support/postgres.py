"""The Postgres that tests run on: 17, the version on AWS, in a container, or the embedded 18 where there is no Docker.

SKEP_TEST_POSTGRES=container|embedded asks for one of them. Both serve by TCP and by a Unix socket, with passwords, and
write their log into a file.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import psycopg2
import pytest
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config

from services.local.docker import DockerError, Engine, NoEngine, find_engine
from services.local.postgres.embedded import SUPERUSER, THROWAWAY, temporary_postgres
from tests.support.leftovers import LABEL, name_ours, sweep

IMAGE = "postgres:17"
KINDS = ("container", "embedded")
INSIDE = "/run/skep"
INITDB = "--auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --locale-provider=builtin --builtin-locale=C.UTF-8"
"""As the embedded one is made: the same order and letters on every machine, and a password for every connection."""

# Another image that would have to be pulled, to remove what we remove ourselves.
testcontainers_config.ryuk_disabled = True
testcontainers_config.sleep_time = 0.1


class WrongKind(ValueError):
    """SKEP_TEST_POSTGRES names no kind of Postgres."""


class Postgres(Protocol):
    """What tests ask of a server, embedded or in a container."""

    @property
    def log(self) -> Path:
        """The file that the server writes its log to."""

    def password(self, role: str) -> str:
        """Gives the password kept for a role."""

    def url(self, role: str = SUPERUSER, database: str = "postgres", *, by_socket: bool = False) -> str:
        """Gives the libpq URL, password included."""


class ContainerPostgres:
    """Postgres 17 in a container. What it shares with us lies in a folder: `log` and the socket."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        folder.chmod(0o777)  # the server is another user; the folder above is closed to others
        self.log = folder / "postgres.log"
        self.log.touch()
        self.log.chmod(0o666)
        self._folder = folder
        self._passwords: dict[str, str] = {}
        self._port = 0
        self._has_socket = False
        settings = {**THROWAWAY, "unix_socket_directories": f"/var/run/postgresql,{INSIDE}"}
        self.container = PostgresContainer(
            IMAGE, username=SUPERUSER, password=self.password(SUPERUSER), dbname="postgres"
        )
        self.container.with_env("POSTGRES_INITDB_ARGS", INITDB)
        self.container.with_volume_mapping(folder, INSIDE, "rw")
        self.container.ports = {"5432": ("127.0.0.1", None)}  # type: ignore[dict-item]  # not for the whole network
        # The server itself writes into the file: what it has done is there to be read when it answers.
        self.container.with_command([word for name in settings for word in ("-c", f"{name}={settings[name]}")])
        self.container.with_kwargs(
            entrypoint=["sh", "-c", f'exec docker-entrypoint.sh postgres "$@" 2>>{INSIDE}/postgres.log', "sh"],
            labels={LABEL: name_ours()},
            shm_size="256m",
        )

    def start(self) -> None:
        """Starts it and waits until it answers. Its socket is of use only where engine and tests share a kernel."""
        self.container.start()
        self._port = self.container.get_exposed_port(5432)
        self._has_socket = True
        try:
            psycopg2.connect(self.url(by_socket=True)).close()
        except psycopg2.OperationalError:
            self._has_socket = False

    def password(self, role: str) -> str:
        """Gives the password made for a role; setting it in the database is the caller's work."""
        return self._passwords.setdefault(role, secrets.token_urlsafe())

    def url(self, role: str = SUPERUSER, database: str = "postgres", *, by_socket: bool = False) -> str:
        """Gives the libpq URL, password included: by TCP, or by the Unix socket, which is faster."""
        login, name = f"{quote(role, safe='')}:{self.password(role)}", quote(database, safe="")
        if by_socket and self._has_socket:
            return f"postgresql://{login}@/{name}?host={quote(str(self._folder), safe='')}&port=5432"
        return f"postgresql://{login}@127.0.0.1:{self._port}/{name}"


@contextmanager
def container_postgres(engine: Engine) -> Iterator[ContainerPostgres]:
    """Runs one for as long as it is needed, and removes what runs that were killed have left."""
    sweep(engine)
    folder = Path(tempfile.mkdtemp(prefix="skep-", dir="/tmp"))
    try:
        server = ContainerPostgres(folder / "shared")
        try:
            server.start()
            yield server
        finally:
            server.container.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def find_container_engine() -> Engine | NoEngine:
    """The engine that can run Postgres 17."""
    engine = find_engine(building=False)
    try:
        if isinstance(engine, Engine) and not engine.has_image(IMAGE):
            return NoEngine(f"{engine} has no image {IMAGE}: `docker/base/make.sh {IMAGE}` sees to it")
    except DockerError as error:
        return NoEngine(str(error))
    return engine


def tell_postgres() -> str:
    """The kind that tests run on, and why. Raises WrongKind for a wrong SKEP_TEST_POSTGRES."""
    asked, engine = _asked(), find_container_engine()
    if asked == "embedded":
        return "the embedded 18, as SKEP_TEST_POSTGRES asks for"
    if isinstance(engine, Engine):
        return f"{IMAGE} in a container; {engine}"
    if asked == "container":
        return f"none: SKEP_TEST_POSTGRES asks for a container, and {engine.reason}"
    return f"the embedded 18, and not {IMAGE} in a container: {engine.reason}"


@contextmanager
def run_postgres() -> Iterator[Postgres]:
    """Runs a throw-away server of the kind that was asked for; fails the test where it can't."""
    asked = _asked()
    engine = None if asked == "embedded" else find_container_engine()
    if isinstance(engine, Engine):
        with container_postgres(engine) as server:
            yield server
    elif asked == "container" and engine is not None:
        pytest.fail(f"SKEP_TEST_POSTGRES asks for a container: {engine.reason}")
    else:
        with temporary_postgres() as embedded:
            yield embedded


def _asked() -> str:
    asked = os.environ.get("SKEP_TEST_POSTGRES", "")
    if asked not in ("", *KINDS):
        raise WrongKind(f"SKEP_TEST_POSTGRES is {asked!r}; it may be {' or '.join(KINDS)}")
    return asked
