"""What reached the server: the statements that it logged, one for each message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg2

from tests.support.postgres import Postgres

STATEMENT = "statement: "
_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \S+ \[(\d+)\] (\w+):  (.*)$")


class Entry(NamedTuple):
    """What the server wrote at once. process: of the session; level: LOG, ERROR, …"""

    process: str
    level: str
    text: str


def read_entries(log: bytes) -> Iterator[Entry]:
    """The entries of a log, each with all its lines."""
    entry: Entry | None = None
    for line in log.decode("utf-8", "replace").splitlines():
        match = _LINE.match(line)
        if match is None:
            entry = entry and entry._replace(text=entry.text + "\n" + line.removeprefix("\t"))
            continue
        if entry is not None:
            yield entry
        entry = Entry(*match.groups())
    if entry is not None:
        yield entry


class ServerLog:
    """The statements that new connections of a role sent since a moment."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = path.stat().st_size

    def statements(self) -> list[str]:
        """The messages logged since the last call, in order."""
        with self._path.open("rb") as file:
            file.seek(self._start)
            lines = file.read()
        self._start += len(lines)
        return [
            entry.text.removeprefix(STATEMENT)
            for entry in read_entries(lines)
            if entry.level == "LOG" and entry.text.startswith(STATEMENT)
        ]


@contextmanager
def logged_statements(postgres: Postgres, role: str) -> Iterator[ServerLog]:
    """Logs every statement of a role's connections that are opened inside."""
    connection = psycopg2.connect(postgres.url())
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER ROLE {role} SET log_statement = 'all'")
            try:
                yield ServerLog(postgres.log)
            finally:
                cursor.execute(f"ALTER ROLE {role} RESET log_statement")
    finally:
        connection.close()
