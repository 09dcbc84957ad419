"""The AWS provider's schema, read for the types that are asked for out of the files that making.py keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests.terraform.offline_provider.cache import CACHE
from tests.terraform.offline_provider.values import Block

__all__ = ["BINDINGS", "PROVIDER_VERSION", "find_folder", "list_known", "read_block", "read_encoded"]

PROVIDER_VERSION = "6.69.1"
HERE = Path(__file__).parent
BINDINGS = HERE / "bindings.lock"
MADE_FROM = (BINDINGS, HERE / "bindings.py", HERE / "making.py", HERE / "wire.py")
"""When one of these changes, the schema is made again."""


def read_block(kind: str, name: str) -> Block:
    """One schema: kind resources, data, ephemeral or provider. Raises KeyError."""
    block: Block = json.loads(_read(kind, f"{name}.json"))
    return block


def read_encoded(kind: str, name: str) -> bytes:
    """The same as the message that Terraform reads, which takes no time to make. Raises KeyError."""
    return _read(kind, f"{name}.pb")


def list_known(kind: str, names: Iterable[str]) -> list[str]:
    """Those of the names that are types of the provider, sorted."""
    folder = find_folder() / kind
    return sorted(name for name in set(names) if (folder / f"{name}.pb").is_file())


@cache
def find_folder() -> Path:
    """Where the schema is, if it has been made: making.ensure_schema does."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in MADE_FROM)).hexdigest()
    return CACHE / f"schema-{digest[:16]}"


def _read(kind: str, name: str) -> bytes:
    try:
        return (find_folder() / kind / name).read_bytes()
    except FileNotFoundError as error:
        raise KeyError(f"{kind}/{name}") from error
