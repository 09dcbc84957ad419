"""Somebody else's Postgres, used as the embedded one is: a URL and a password for each role."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg2

from services.local.postgres.files import Passwords, PostgresError

START_SECONDS = 60.0


class OutsidePostgres:
    """A server that runs already, or soon does. The roles' passwords lie in `passwords.json` of the data directory."""

    def __init__(self, superuser_url: str, data_dir: Path) -> None:
        """Takes the libpq URL of a superuser: `postgresql://postgres:secret@host:5432/postgres`.

        Raises PostgresError.
        """
        self._parts = urlsplit(superuser_url)
        self._superuser_url = superuser_url
        self._passwords = Passwords(data_dir / "passwords.json")
        if self._parts.scheme not in ("postgresql", "postgres") or not self._parts.hostname:
            raise PostgresError("The database must be a URL: postgresql://postgres:secret@127.0.0.1:5432/postgres")

    def start(self, seconds: float = START_SECONDS) -> None:
        """Waits until the server answers. Raises PostgresError when it doesn't in so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                psycopg2.connect(self._superuser_url, connect_timeout=5).close()
                return
            except psycopg2.OperationalError as error:
                if time.monotonic() > deadline:
                    raise PostgresError(f"Postgres does not answer at {self._place}: {str(error).strip()}") from error
                time.sleep(0.2)

    def stop(self) -> None:
        """Leaves it running: it isn't ours."""

    def password(self, role: str) -> str:
        """Gives the password kept for a role; setting it in the database is the caller's work."""
        return self._passwords.get(role)

    def url(self, role: str | None = None, database: str = "postgres") -> str:
        """Gives the libpq URL of a role, password included; without a role the superuser's."""
        if role is None:
            return self._superuser_url
        login = f"{quote(role, safe='')}:{quote(self.password(role), safe='')}"
        return self._parts._replace(netloc=f"{login}@{self._place}", path=f"/{quote(database, safe='')}").geturl()

    @property
    def _place(self) -> str:
        return self._parts.netloc.rpartition("@")[2]
