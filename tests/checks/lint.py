"""Format, style, types, imports and Dockerfiles. Every check runs, whatever became of the one before."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from tests.checks.running import REPORTS, list_files, run, tell

PLAIN = ("tests",)
"""Folders that pylint leaves to ruff: what a test may do, pylint has other views of."""


def lint(code: Sequence[str]) -> int:
    """The exit code. Writes pylint.txt, mypy.txt and hadolint.json. code: the folders with Python."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    checks: dict[str, Callable[[], int]] = {
        "format": lambda: run("ruff", "format", "--check", *code),
        "style": lambda: run("ruff", "check", *code),
        "pylint": lambda: _run_pylint([folder for folder in code if folder not in PLAIN]),
        "types": lambda: run("mypy", report="mypy.txt"),
        "imports": lambda: run("lint-imports"),
        "Dockerfiles": _run_hadolint,
    }
    return tell((name, check() == 0) for name, check in checks.items())


def _run_pylint(folders: Sequence[str]) -> int:
    # The one form that both SonarQube and Jenkins read, and pylint's own for people.
    return run("pylint", f"--output-format=parseable:{REPORTS / 'pylint.txt'},colorized", *folders)


def _run_hadolint() -> int:
    files = list_files("*Dockerfile", "*.Dockerfile")
    code = run("hadolint", "--format", "json", *files, report="hadolint.json")
    json.loads((REPORTS / "hadolint.json").read_text(encoding="utf-8"))  # what Jenkins can't read isn't shown there
    return code and run("hadolint", *files)
