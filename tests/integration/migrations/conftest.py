"""A server of their own for the migration tests, and for each test an empty database in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg2
import pytest

from services.local.docker import NoEngine
from services.local.postgres.embedded import EmbeddedPostgres, temporary_postgres
from services.migrations.bootstrap import bootstrap
from tests.support.postgres import Postgres, container_postgres, find_container_engine

NUMBERS = count(1)

Query = Callable[[str], list[tuple[object, ...]]]
Write = Callable[..., None]


@pytest.fixture(scope="session")
def server18() -> Iterator[EmbeddedPostgres]:
    with temporary_postgres() as postgres:
        yield postgres


@pytest.fixture(scope="session")
def server17() -> Iterator[Postgres]:
    engine = find_container_engine()
    if isinstance(engine, NoEngine):
        pytest.skip(f"Postgres 17 left out: {engine.reason}")
    with container_postgres(engine) as postgres:
        yield postgres


def empty_database(server: Postgres) -> str:
    """Makes a database that is ready for its first migration; gives its URL as skep_owner."""
    name = f"empty_{next(NUMBERS)}"
    roles = ("skep_owner", "skep_app", "skep_job")
    bootstrap(server.url(), name, {role: server.password(role) for role in roles})
    return server.url("skep_owner", name)


@pytest.fixture
def owner_url(server18: EmbeddedPostgres) -> str:
    return empty_database(server18)


@pytest.fixture
def query(owner_url: str) -> Query:
    """Runs one statement in a session of its own and gives its rows."""

    def run(statement: str) -> list[tuple[object, ...]]:
        connection = psycopg2.connect(owner_url)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    return run


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes migrations into the test's folder, numbered from 0001."""

    def write_files(*files: str) -> None:
        for number, sql in enumerate(files, start=1):
            (tmp_path / f"{number:04d}_expand_step{number}.sql").write_text(sql)

    return write_files


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


class Hold:
    """Another session that holds a table's strongest lock until it is let go."""

    def __init__(self, url: str, table: str) -> None:
        self._connection = psycopg2.connect(url)
        self._connection.cursor().execute(f"lock table {table} in access exclusive mode")

    def let_go_after(self, seconds: float) -> None:
        threading.Timer(seconds, self.let_go).start()

    def let_go(self) -> None:
        self._connection.close()
