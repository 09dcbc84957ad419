"""Static files under names that hold their hash, so that they can be kept for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from flask import request

__all__ = ["asset_url", "get_assets", "write_assets"]

_STATIC = Path(__file__).parent / "static"
_STYLES = ("tokens", "base", "layout", "components", "forms", "tables", "charts", "print")
"""The parts of skep.css, in the order in which they may override each other."""


@cache
def get_assets() -> Mapping[str, tuple[str, bytes]]:
    """Every asset: its plain name -> its hashed name and its content."""
    plain = {"favicon.svg": (_STATIC / "favicon.svg").read_bytes()}
    plain["skep.css"] = b"\n".join((_STATIC / f"{part}.css").read_bytes() for part in _STYLES)
    return {name: (_hashed(name, content), content) for name, content in plain.items()}


def _hashed(name: str, content: bytes) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:16]}{dot}{suffix}"


def asset_url(name: str) -> str:
    """The address of an asset for the current request. Raises KeyError for an unknown name."""
    return f"{request.script_root}/assets/{get_assets()[name][0]}"


def write_assets(folder: Path) -> None:
    """Writes all assets under their hashed names; what earlier releases left stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in get_assets().values():
        (folder / name).write_bytes(content)
