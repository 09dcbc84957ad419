"""The stub for whoever needs one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.jenkins.sonar.stub import Stub, run_stub


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A new server, as it is on its first day."""
    with run_stub() as made:
        yield made
