"""The migration files: `versions/NNNN_expand_name.sql` and `NNNN_contract_name.sql`, and their headers.

A header is a comment line at the top of the file:

    -- autocommit: yes           statement by statement, outside of a transaction (concurrent indexes)
    -- statement_timeout: 15min  instead of 5min
    -- lock_timeout: 60s         instead of 4s: only where waiting blocks no one else

Without `autocommit`, a file is one transaction. In a file with it, every statement must bear being run
twice (`if not exists`), since a run can be killed between a statement and the note that it is done.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from services.migrations.errors import MigrationError

VERSIONS = Path(__file__).parent / "versions"

_NAME = re.compile(r"(\d{4})_(expand|contract)_[a-z0-9]+(?:_[a-z0-9]+)*")
_HEADER = re.compile(r"--\s*(autocommit|statement_timeout|lock_timeout):\s*(\S+)\s*")
_TIMEOUT = re.compile(r"\d+(?:ms|s|min|h)?")


@dataclass(frozen=True)
class Migration:
    """One migration file."""

    name: str
    """The file's name without `.sql`."""
    sql: str
    autocommit: bool = False
    statement_timeout: str = "5min"
    lock_timeout: str = "4s"

    @property
    def revision(self) -> str:
        """The number that the name starts with: Alembic's revision id."""
        return self.name[:4]


def list_migrations(folder: Path = VERSIONS) -> list[Migration]:
    """Reads all migrations of a folder, in their order.

    Raises MigrationError for a wrong name, a wrong header, a number used twice, a gap, or no file at all.
    """
    migrations = [_read(path) for path in sorted(folder.glob("*.sql"))]
    if not migrations:
        raise MigrationError(f"There is no migration in {folder}.")
    for expected, migration in enumerate(migrations, start=1):
        if int(migration.revision) != expected:
            raise MigrationError(
                f"{migration.name}.sql should have the number {expected:04d}: migrations are numbered "
                "from 0001, one after the other."
            )
    return migrations


def _read(path: Path) -> Migration:
    if not _NAME.fullmatch(path.stem):
        raise MigrationError(
            f"{path.name} is no name for a migration. It should be NNNN_expand_name.sql or "
            "NNNN_contract_name.sql, in small letters."
        )
    sql = path.read_text(encoding="utf-8")
    values: dict[str, str] = {}
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        found = _HEADER.fullmatch(line)
        if found:
            values[found[1]] = found[2]
    autocommit = values.pop("autocommit", "no")
    wrong = [value for value in values.values() if not _TIMEOUT.fullmatch(value)]
    if autocommit not in ("yes", "no") or wrong:
        raise MigrationError(
            f"The header of {path.name} is wrong: autocommit is yes or no, a time is written like "
            f"15min; it says {', '.join([f'autocommit {autocommit}', *wrong])}."
        )
    return Migration(path.stem, sql, autocommit == "yes", **values)
