"""Which version an analysis is of. SonarQube counts as new code what changed since another version was analysed."""

from __future__ import annotations

import subprocess
from pathlib import Path

UNRELEASED = "unreleased"


def find_version(base: Path) -> str:
    """`after <the release tag before this commit>`, the same for main and for the next tag.

    A version of its own for each build would make a finding old news at the second build that has it.
    """
    tag = _ask_git(base, "describe", "--tags", "--abbrev=0", "--match=v*", "HEAD^")
    return f"after {tag}" if tag else UNRELEASED


def find_revision(base: Path) -> str:
    """The commit that is checked out, or nothing outside of git."""
    return _ask_git(base, "rev-parse", "HEAD")


def _ask_git(base: Path, *arguments: str) -> str:
    """What git says; nothing where it fails."""
    done = subprocess.run(["git", *arguments], cwd=base, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
