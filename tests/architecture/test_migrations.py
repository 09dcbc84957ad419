"""The migration files keep the rules: numbers, names, and nothing that locks a table for long."""

import subprocess
import sys
from pathlib import Path

from services.migrations.files import VERSIONS, Migration, list_migrations

ROOT = Path(__file__).parents[2]
SQUAWK = Path(sys.executable).parent / "squawk"


def squawk(migrations: list[Migration], *options: str) -> None:
    files = [str(VERSIONS / f"{migration.name}.sql") for migration in migrations]
    done = subprocess.run(
        [SQUAWK, *options, "--reporter", "gcc", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_migrations_are_numbered_from_0001_without_gaps_and_say_expand_or_contract() -> None:
    # list_migrations refuses everything else, and an empty folder.
    assert list_migrations()[0].revision == "0001"


def test_every_file_in_the_folder_is_a_migration() -> None:
    others = [path.name for path in VERSIONS.iterdir() if path.suffix != ".sql"]
    assert others == []


def test_squawk_finds_nothing_in_migrations_that_are_one_transaction() -> None:
    migrations = [one for one in list_migrations() if not one.autocommit]
    assert migrations
    squawk(migrations, "--assume-in-transaction")


def test_squawk_finds_nothing_in_migrations_that_run_statement_by_statement() -> None:
    migrations = [one for one in list_migrations() if one.autocommit]
    if migrations:
        squawk(migrations)
