"""Idempotency keys and failing connections: what their tests share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import psycopg2
import pytest

from services.customers.app import build_app
from services.shared.database import Database
from tests.support.postgres import Postgres
from tests.support.world import Api, World

_numbers = itertools.count(1)


@pytest.fixture
def key() -> dict[str, str]:
    """The header with a key that no other test uses."""
    return {"Idempotency-Key": f"key-{next(_numbers)}"}


@pytest.fixture
def database(world: World) -> Iterator[Database]:
    """A way to the database of one's own, so that its connection may be killed."""
    made = Database(world.url("skep_app"))
    yield made
    made.close()


@pytest.fixture
def api(world: World, database: Database) -> Api:
    """The REST door of customers over that database."""
    return Api(build_app(world.settings, database))


@pytest.fixture
def kill(postgres: Postgres, database: Database) -> Callable[[], None]:
    """Ends the backend of the connection, as a failover does; the client learns of it when it next sends."""

    def end() -> None:
        (pid,) = database.run("SELECT pg_backend_pid()")[0]
        admin = psycopg2.connect(postgres.url())
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        admin.close()

    return end
