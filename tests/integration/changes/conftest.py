"""What the tests of the change log share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.samples import Samples
from tests.support.world import World


@pytest.fixture(scope="module")
def samples(world: World) -> Iterator[Samples]:
    """Records of every table."""
    made = Samples(world)
    yield made
    made.close()
