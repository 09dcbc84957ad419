"""The platform on somebody else's Postgres, as in docker/compose.yaml."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from services.local.postgres.embedded import PostgresError, temporary_postgres
from services.local.postgres.outside import OutsidePostgres
from tests.integration.local.test_run import get, running


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder for the platform's files."""
    folder = Path(tempfile.mkdtemp(prefix="skep-run-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_platform_runs_on_a_postgres_that_is_there(data: Path) -> None:
    with temporary_postgres() as server:
        with running(data, "--database", server.url(), "--host", "0.0.0.0") as run:  # noqa: S104  as in a container
            assert run["url"].startswith("http://127.0.0.1:")
            assert f":{server.port}/skep" in run["database_url"]
            assert get(f"{run['url']}/v1/customers?count=true&limit=1", run["clients"][0]["key"])["count"] == 60
        psycopg2.connect(server.url()).close()  # it is still there
    assert not (data / "postgres").exists()


def test_the_url_of_a_role_has_its_own_password_and_the_same_place(data: Path) -> None:
    server = OutsidePostgres("postgresql://boss:secret@db.internal:6543/postgres?sslmode=require", data)
    assert server.url() == "postgresql://boss:secret@db.internal:6543/postgres?sslmode=require"
    password = server.password("skep_app")
    assert server.url("skep_app", "a b") == (f"postgresql://skep_app:{password}@db.internal:6543/a%20b?sslmode=require")


def test_what_is_no_url_is_refused(data: Path) -> None:
    with pytest.raises(PostgresError, match="must be a URL"):
        OutsidePostgres("host=localhost", data)


def test_a_server_that_does_not_answer_is_named_without_the_password(data: Path) -> None:
    server = OutsidePostgres("postgresql://boss:secret@127.0.0.1:1/postgres", data)
    with pytest.raises(PostgresError, match="does not answer at 127.0.0.1:1") as caught:
        server.start(seconds=0)
    assert "secret" not in str(caught.value)
