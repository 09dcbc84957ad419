"""Reading a folder of migrations: names, numbers, headers."""

from pathlib import Path

import pytest

from services.migrations.errors import MigrationError
from services.migrations.files import Migration, list_migrations


def test_a_migration_without_a_header_is_one_transaction(tmp_path: Path) -> None:
    (tmp_path / "0001_expand_first.sql").write_text("select 1;")
    assert list_migrations(tmp_path) == [
        Migration("0001_expand_first", "select 1;", autocommit=False, statement_timeout="5min")
    ]


def test_the_header_is_read_from_the_comments_at_the_top(tmp_path: Path) -> None:
    sql = (
        "-- Indexes for search.\n-- autocommit: yes\n-- statement_timeout: 15min\n"
        "-- lock_timeout: 60s\nselect 1;\n-- lock_timeout: 1s\n"
    )
    (tmp_path / "0001_contract_first.sql").write_text(sql)
    assert list_migrations(tmp_path) == [
        Migration("0001_contract_first", sql, True, statement_timeout="15min", lock_timeout="60s")
    ]


@pytest.mark.parametrize("name", ["0001_first.sql", "1_expand_first.sql", "0001_expand_First.sql", "0001_expand_.sql"])
def test_a_wrong_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("select 1;")
    with pytest.raises(MigrationError, match=f"{name} is no name for a migration"):
        list_migrations(tmp_path)


@pytest.mark.parametrize("second", ["0001_expand_b.sql", "0003_expand_b.sql"])
def test_a_number_used_twice_and_a_gap_are_refused(tmp_path: Path, second: str) -> None:
    (tmp_path / "0001_expand_a.sql").write_text("select 1;")
    (tmp_path / second).write_text("select 1;")
    with pytest.raises(MigrationError, match="should have the number 0002"):
        list_migrations(tmp_path)


@pytest.mark.parametrize("line", ["-- autocommit: maybe", "-- lock_timeout: soon"])
def test_a_wrong_header_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "0001_expand_a.sql").write_text(f"{line}\nselect 1;")
    with pytest.raises(MigrationError, match="header of 0001_expand_a.sql is wrong"):
        list_migrations(tmp_path)


def test_a_folder_without_migrations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="There is no migration"):
        list_migrations(tmp_path)
