"""Runs the programs that check, and knows where their reports go."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "build" / "reports"
"""Read by Jenkins and SonarQube. All paths in them are from the root."""

PROGRAMS = Path(sys.executable).parent


class CheckFailed(Exception):
    """A check could not be made. The message says what to do."""


def run(program: str, *arguments: str, report: str = "") -> int:
    """Runs a program of .venv and shows what it says; a report keeps a copy of that. Its exit code."""
    print(f"\n== {program} {' '.join(arguments)}", flush=True)
    command = [str(PROGRAMS / program), *arguments]
    if not report:
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, end="")
    (REPORTS / report).write_text(done.stdout, encoding="utf-8")
    return done.returncode


def git(*arguments: str, root: Path = ROOT) -> str:
    """What git says. Raises CheckFailed."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CheckFailed(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def list_files(*patterns: str) -> list[str]:
    """The files that git has or would take and that are there, of these patterns. Raises CheckFailed for none."""
    told = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns)
    files = sorted(name for name in set(told.split("\0")) if name and (ROOT / name).is_file())
    if not files:
        raise CheckFailed(f"git lists no file of {' '.join(patterns) or 'this folder'}, so nothing would be checked.")
    return files


def tell(verdicts: Iterable[tuple[str, bool]]) -> int:
    """Prints what passed and what failed. The exit code of all."""
    told: Sequence[tuple[str, bool]] = list(verdicts)
    print()
    for name, passed in told:
        print(f"{'passed' if passed else 'FAILED'}  {name}")
    return 0 if told and all(passed for _, passed in told) else 1
