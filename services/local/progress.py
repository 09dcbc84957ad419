"""What a person who waits gets to see: a line a step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["step"]


@contextmanager
def step(name: str) -> Iterator[None]:
    """Prints a progress line: what is done, and how long it took."""
    print(f"  {name:<12}", end="", flush=True)
    started = time.perf_counter()
    try:
        yield
    except BaseException:
        print(" failed")
        raise
    print(f" {time.perf_counter() - started:5.1f} s", flush=True)
