"""The images, built once for all tests by the tool that people build them with."""

from __future__ import annotations

from typing import Any

import pytest

from services.local.catalog import read_catalog
from services.local.docker import Engine, NoEngine, find_engine
from services.local.images.make import make_images
from services.local.images.request import Request
from tests.support.leftovers import sweep


@pytest.fixture(scope="session")
def engine() -> Engine:
    """A Docker engine that builds. Without one, its tests are skipped, with the reason."""
    found = find_engine()
    if isinstance(found, NoEngine):
        pytest.skip(found.reason)
    sweep(found)
    return found


@pytest.fixture(scope="session")
def images(engine: Engine) -> dict[str, dict[str, Any]]:
    """Service -> what images.json says of its image, which is of the code as it is now."""
    return make_images(engine, Request(), list(read_catalog()), print)
