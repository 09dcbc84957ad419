"""Postgres for tests: one server a worker, one migrated template, a clone for whoever needs a database."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest

from services.accounts.app import build_app as build_accounts
from services.customers.app import build_app as build_customers
from services.migrations.bootstrap import bootstrap
from services.migrations.runner import upgrade
from services.sales.app import build_app as build_sales
from tests.support.postgres import Postgres, WrongKind, run_postgres, tell_postgres
from tests.support.samples import Samples
from tests.support.world import Api, World

TEMPLATE = "skep_template"
ROLES = ("skep_owner", "skep_app", "skep_job")
_numbers = itertools.count(1)


def pytest_report_header() -> str:
    """Says which Postgres the tests run on."""
    try:
        return f"postgres: {tell_postgres()}"
    except WrongKind as error:
        raise pytest.UsageError(str(error)) from error


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A throw-away server: Postgres 17 in a container, or the embedded 18."""
    with run_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> str:
    """The name of a database with all migrations and a populated world."""
    bootstrap(postgres.url(), TEMPLATE, {role: postgres.password(role) for role in ROLES})
    upgrade(postgres.url("skep_owner", TEMPLATE), report=lambda _: None)
    World(lambda role: postgres.url(role, TEMPLATE)).populate()
    return TEMPLATE


@contextmanager
def _clone(postgres: Postgres, template: str) -> Iterator[World]:
    name = f"skep_{next(_numbers)}"
    connection = psycopg2.connect(postgres.url())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {name} FROM public")  # a clone forgets it
    world = World(lambda role: postgres.url(role, name, by_socket=True))
    for key, value in world.owner(
        "SELECT name, id FROM teams UNION ALL SELECT name, id FROM people UNION ALL SELECT name, id FROM clients"
    ):
        world.ids[key] = value
    try:
        yield world
    finally:
        world.database.close()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        connection.close()


@pytest.fixture(scope="module")
def world(postgres: Postgres, template: str) -> Iterator[World]:
    """A database for the tests of a module, which take care not to trip over each other's records."""
    with _clone(postgres, template) as made:
        yield made


@pytest.fixture
def fresh_world(postgres: Postgres, template: str) -> Iterator[World]:
    """A database for one test alone."""
    with _clone(postgres, template) as made:
        yield made


@pytest.fixture(scope="module")
def samples(world: World) -> Iterator[Samples]:
    """Records of every table, made by hand in that database."""
    made = Samples(world)
    yield made
    made.close()


@pytest.fixture(scope="module")
def customers_api(world: World) -> Api:
    """The REST door of customers."""
    return Api(build_customers(world.settings, world.database))


@pytest.fixture(scope="module")
def sales_api(world: World) -> Api:
    """The REST door of sales."""
    return Api(build_sales(world.settings, world.database))


@pytest.fixture(scope="module")
def accounts_api(world: World) -> Api:
    """The REST door of accounts."""
    return Api(build_accounts(world.settings, world.database))
