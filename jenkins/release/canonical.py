"""The one way in which a record is written, so that the same content has the same hash."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

__all__ = ["from_bytes", "hash_bytes", "hash_file", "to_bytes", "write_private"]


def to_bytes(value: object) -> bytes:
    """JSON in UTF-8: names sorted, no spaces, one line."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def from_bytes(content: bytes) -> Any:
    """What was written. Raises ValueError also for what is JSON, but was not written by us."""
    value = json.loads(content)
    if to_bytes(value) != content:
        raise ValueError("it is not in the form in which records are written")
    return value


def hash_bytes(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_private(path: Path, content: bytes) -> None:
    """Writes a file that is there whole or not at all, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(content)
    part.replace(path)
