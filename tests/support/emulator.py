"""An AWS emulator for tests: one process for whoever asks, with nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from services.local.cloud.emulator import Emulator

__all__ = ["running_emulator"]


@contextmanager
def running_emulator() -> Iterator[Emulator]:
    """An emulator on a free port; its process and its folder are gone afterwards."""
    with TemporaryDirectory(prefix="skep-emulator-") as folder, Emulator(Path(folder)) as emulator:
        yield emulator
