"""A real API Gateway control plane and a real queue, both of the emulator, and Postgres."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.local.cloud.emulator import Emulator
from services.shared.database import Database
from tests.integration.keys.support import Cloud
from tests.support.emulator import running_emulator
from tests.support.world import World


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """One emulator for all tests here."""
    with running_emulator() as running:
        yield running


@pytest.fixture
def cloud(emulator: Emulator) -> Cloud:
    """A usage plan, a queue and an environment's name of a test's own."""
    return Cloud.make(emulator)


@pytest.fixture
def worker(fresh_world: World) -> Iterator[Database]:
    """The fresh database as skep_job."""
    database = Database(fresh_world.url("skep_job"))
    yield database
    database.close()
