"""The workspace's door, a worker's connection, and jobs to run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.records.jobs import create_job
from services.shared.database import Database
from services.workspace.app import build_app as build_workspace
from tests.integration.jobs.support import MakeJob, import_many
from tests.support.world import Api, World


@pytest.fixture(scope="module")
def workspace_api(world: World) -> Api:
    """The REST door of the workspace."""
    return Api(build_workspace(world.settings, world.database))


@pytest.fixture
def worker(world: World) -> Iterator[Database]:
    """The database as skep_job."""
    database = Database(world.url("skep_job"))
    yield database
    database.close()


@pytest.fixture
def make_job(world: World) -> Iterator[MakeJob]:
    """Makes a job in a person's name: by default the undo of a change set with three records."""

    def make(who: str = "sam", *, change_set: str | None = None, skip: bool = False, kind: str = "undo") -> str:
        args = {"change_set": change_set or import_many(world, who, 3), "skip_conflicts": skip}
        return create_job(world.caller(who), kind, args, idempotent=True).id

    yield make
    world.owner("DELETE FROM skep.jobs")
