"""Built images as Lambda runs them, on a Postgres of their own that tests may stop and start."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from services.local.catalog import read_catalog
from services.local.docker import Engine
from services.local.lambda_runtime.runtime_api import RuntimeApi
from services.local.lambda_runtime.settings import FunctionSettings
from services.local.ports import find_free_port
from services.local.postgres.embedded import THROWAWAY, EmbeddedPostgres
from services.migrations.bootstrap import bootstrap
from services.migrations.runner import upgrade
from tests.conftest import ROLES
from tests.images.runtime.lambdas import Lambdas
from tests.support.functions import environment_of
from tests.support.world import World

DATABASE = "skep"
SETTINGS = {**THROWAWAY, "log_statement": "all", "log_connections": "on"}

Launch = Callable[..., RuntimeApi]


@pytest.fixture(scope="session")
def lambdas(engine: Engine, images: dict[str, dict[str, Any]]) -> Lambdas:
    """The images as functions that can be started."""
    return Lambdas(str(engine.client), {service: entry["tag"] for service, entry in images.items()})


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """A server that keeps its port when it is stopped and started, and writes down all that it is told."""
    folder = Path(tempfile.mkdtemp(prefix="skep-", dir="/tmp"))
    folder.chmod(0o711)  # as root, the server runs as another user
    try:
        with EmbeddedPostgres(folder, port=find_free_port(), settings=SETTINGS) as postgres:
            bootstrap(postgres.url(), DATABASE, {role: postgres.password(role) for role in ROLES})
            upgrade(postgres.url("skep_owner", DATABASE), report=lambda _: None)
            yield postgres
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def world(server: EmbeddedPostgres) -> World:
    """The people of that server's database. By TCP, and without the TLS that images ask for by themselves."""
    made = World(lambda role: server.url(role, DATABASE) + "?sslmode=disable")
    made.populate()
    return made


@pytest.fixture
def launch(lambdas: Lambdas, world: World) -> Iterator[Launch]:
    """Starts an execution environment of a service's image, with the memory and the time-out of its function."""
    with ExitStack() as stack:

        def start(
            service: str,
            environment: Mapping[str, str] | None = None,
            *,
            command: tuple[str, ...] = (),
            mounts: Mapping[Path, str] | None = None,
        ) -> RuntimeApi:
            given = environment_of(service, world.url) if environment is None else environment
            run = lambdas.find(service, given, command=command, mounts=mounts)
            limits = {name: read_catalog()[service][name] for name in ("memory_mb", "timeout_seconds")}
            settings = FunctionSettings(f"skep-{service}", version="7", **limits)
            return stack.enter_context(RuntimeApi(run, settings))

        yield start
