"""A file store, the door of imports and exports, and a worker that does the jobs they become."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.automations.jobs import run_jobs
from services.automations.kinds import make_kinds
from services.automations.tools import Tools, make_tools
from services.shared.database import Database
from services.shared.settings import Settings
from services.workspace.app import build_app as build_workspace
from tests.support.files import run_file_store
from tests.support.world import Api, World


@pytest.fixture(scope="module")
def settings(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The application's settings, with a file store that runs."""
    with run_file_store(world.settings, tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture(scope="module")
def api(world: World, settings: Settings) -> Api:
    """The REST door of the workspace."""
    return Api(build_workspace(settings, world.database))


@pytest.fixture
def tools(world: World, settings: Settings) -> Iterator[Tools]:
    """What a worker has at hand."""
    made = make_tools(settings, Database(world.url("skep_job")))
    yield made
    made.database.close()
    world.owner("DELETE FROM skep.jobs")


@pytest.fixture
def work(tools: Tools) -> Callable[[], dict[str, int]]:
    """Runs all jobs that wait, and gives their outcomes."""
    return lambda: run_jobs(tools.database, lambda: 900.0, make_kinds(tools))
