"""Makes the demo's passwords: random, each in a file of its own, and only where there is none yet.

    passwords.py FOLDER AGENTS_FOLDER

FOLDER is what Jenkins, SonarQube and Postgres read; AGENTS_FOLDER holds what agents connect with, and nothing else,
since what a branch contains runs on them.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

__all__ = ["AGENT", "NAMES", "main", "make_passwords"]

AGENT = "DEMO_AGENT_PASSWORD"
NAMES = (
    "DEMO_ADMIN_PASSWORD",
    "DEMO_DEVELOPER_PASSWORD",
    "DEMO_OPERATOR_PASSWORD",
    "DEMO_QA_PASSWORD",
    "SONAR_ADMIN_PASSWORD",
    "SONAR_DATABASE_PASSWORD",
    "SONAR_WEBHOOK_SECRET",
)


def make_passwords(folder: Path, agents: Path) -> list[str]:
    """The names of those that were made. What is there stays: a second start knows the first one's passwords."""
    made = [name for name in (*NAMES, AGENT) if _make(folder / name)]
    if not (agents / AGENT).exists():
        _write(agents / AGENT, (folder / AGENT).read_text(encoding="utf-8"))
    return made


def _make(file: Path) -> bool:
    if file.exists():
        return False
    # SonarQube asks for twelve characters with a capital letter, a small one, a digit and another sign.
    _write(file, f"Sk3p-{secrets.token_urlsafe(18)}")
    return True


def _write(file: Path, text: str) -> None:
    """Whoever has the folder may read it, and nobody changes it: each program there runs as another user."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w", encoding="utf-8") as opened:
        opened.write(text)


def main(arguments: list[str]) -> None:
    """The command."""
    folder, agents = map(Path, arguments)
    made = make_passwords(folder, agents)
    sys.stdout.write(f"{len(made)} passwords made\n" if made else "The passwords are those of before\n")


if __name__ == "__main__":
    main(sys.argv[1:])
