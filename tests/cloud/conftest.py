"""One cloud for all tests of this suite, brought up by the command and taken down by it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from services.local.cloud.place import Place
from services.local.docker import Engine, NoEngine, find_engine
from tests.cloud.cloud import Cloud, run


@pytest.fixture(scope="session")
def engine() -> Engine:
    """A Docker that can build, or these tests are left out."""
    found = find_engine()
    if isinstance(found, NoEngine):
        pytest.skip(f"no Docker: {found.reason}")
    return found


@pytest.fixture(scope="session")
def cloud(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud that is up."""
    assert engine
    place = Place(f"test-{os.getpid()}", tmp_path_factory.mktemp("cloud"))
    try:
        done = run("up", place)
        assert done.returncode == 0, done.stdout + done.stderr
        yield Cloud(place)
    finally:
        run("down", place)
