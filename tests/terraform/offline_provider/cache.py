"""The folder for what is made once and kept: the bindings, the schema read from them, the mirror. Git ignores it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.terraform.places import BUILD

__all__ = ["CACHE", "only_one", "replace_file"]

CACHE = BUILD / "terraform"


def replace_file(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Writes a file as a whole: whoever reads it meanwhile has the old one. Leaves it alone when nothing differs."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.chmod(mode)
    new.replace(path)


@contextmanager
def only_one() -> Iterator[None]:
    """Holds a lock on the folder: of several processes, one makes what is missing, and the others find it there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
