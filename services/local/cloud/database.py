"""The Postgres that stands for RDS: a container of postgres:17 with a volume of its own."""

from __future__ import annotations

import time

import psycopg2

from services.local.cloud.place import CloudError, Place
from services.local.docker import Engine
from services.local.postgres.files import Passwords
from services.migrations.bootstrap import bootstrap

__all__ = ["IMAGE", "ROLES", "start_database"]

IMAGE = "postgres:17"
ROLES = ("skep_owner", "skep_app", "skep_job")
DATABASE = "skep"
START_SECONDS = 60.0


def start_database(engine: Engine, place: Place) -> tuple[int, dict[str, str]]:
    """Sees to it that it runs with our roles in it; gives its port on 127.0.0.1 and role -> password.

    Raises CloudError, DockerError.
    """
    kept = Passwords(place.path("passwords.json"))
    passwords = {role: kept.get(role) for role in ("postgres", *ROLES)}
    name = f"{place.id}-postgres"
    if not _is_running(engine, place, name):
        # A container that has stopped may have lost its port to another.
        engine.run("rm", "--force", "--volumes", name)
        engine.run("volume", "create", "--label", place.label, name)
        engine.run(
            *("run", "--detach", "--name", name, "--label", place.label, "--publish", "127.0.0.1::5432"),
            *("--env", "POSTGRES_PASSWORD", "--volume", f"{name}:/var/lib/postgresql/data", "--shm-size", "128m"),
            *(IMAGE, "postgres", "-c", "max_connections=200"),
            environment={"POSTGRES_PASSWORD": passwords["postgres"]},
        )
    port = int(engine.run("port", name, "5432/tcp").split()[0].rpartition(":")[2])
    url = f"postgresql://postgres:{passwords['postgres']}@127.0.0.1:{port}/postgres?sslmode=disable"
    _wait(engine, name, url)
    bootstrap(url, DATABASE, {role: passwords[role] for role in ROLES})
    return port, passwords


def _is_running(engine: Engine, place: Place, name: str) -> bool:
    filters = ("--filter", f"label={place.label}", "--filter", f"name=^{name}$", "--filter", "status=running")
    return bool(engine.run("ps", "--quiet", *filters).strip())


def _wait(engine: Engine, name: str, url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg2.connect(url, connect_timeout=3).close()
            return
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise CloudError(
                    f"The volume {name} has a database with another password. Remove it: make cloud-down"
                ) from error
            if time.monotonic() > deadline:
                said = engine.run("logs", "--tail", "20", name)
                raise CloudError(f"Postgres did not start within {START_SECONDS:.0f} s: {error}{said}") from error
            time.sleep(0.1)
