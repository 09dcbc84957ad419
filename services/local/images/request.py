"""What `make images` was asked for, and of which state of the repository."""

from __future__ import annotations

import subprocess
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["ARCHITECTURES", "BASE_IMAGE", "BUILD", "ROOT", "BuildFailed", "Request", "Revision", "find_revision"]

ROOT = Path(__file__).parents[3]
BUILD = ROOT / "build" / "images"
BASE_IMAGE = "python:3.13-slim-trixie"
ARCHITECTURES = ("amd64", "arm64")
UNKNOWN = "unknown"


class BuildFailed(Exception):
    """No image came out; the message says why, and what to do."""


@dataclass(frozen=True)
class Revision:
    """A state of the repository. name: the commit, with `-dirty` where the files are no longer those of the commit."""

    name: str
    version: str
    created: datetime


@dataclass(frozen=True)
class Request:
    """root: the repository; output: where layouts and images.json go; repository: what the tags begin with."""

    root: Path = ROOT
    output: Path = BUILD
    base: str = BASE_IMAGE
    architecture: str = ""  # the engine's own
    repository: str = "skep"
    source: str = "skep"  # an address of the code, for the label
    no_cache: bool = False


def find_revision(root: Path) -> Revision:
    """What git says; `unknown`, of 1970, where there is no git or no commit."""
    version = str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    said = _git(root, "log", "-1", "--format=%H %ct").split()
    if len(said) != 2:
        return Revision(UNKNOWN, version, datetime.fromtimestamp(0, UTC))
    dirty = "-dirty" if _git(root, "status", "--porcelain") else ""
    return Revision(said[0] + dirty, version, datetime.fromtimestamp(int(said[1]), UTC))


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
