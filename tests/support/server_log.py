"""What reached the server: the statements that it logged, one for each message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from tests.support.postgres import Postgres

_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \S+ \[\d+\] (\w+):  (.*)$")


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
        found: list[str] = []
        inside = False
        for line in lines.decode("utf-8", "replace").splitlines():
            match = _LINE.match(line)
            if match:
                inside = match[1] == "LOG" and match[2].startswith("statement: ")
                if inside:
                    found.append(match[2].removeprefix("statement: "))
            elif inside:
                found[-1] += "\n" + line.removeprefix("\t")
        return found


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
