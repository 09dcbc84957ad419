"""The runner: order, resuming after any failure, and what runs one statement at a time."""

from pathlib import Path

import pytest

from services.migrations.errors import MigrationError
from services.migrations.runner import Status, get_status, upgrade
from tests.integration.migrations.conftest import Query, Write

FIRST = "create table first (id int); create function one() returns text language sql as $$ select '%;' $$;"


def test_pending_migrations_are_applied_in_order_and_once(
    owner_url: str, tmp_path: Path, write: Write, query: Query
) -> None:
    write(FIRST, "create table second (id int);", "insert into second select 1;")
    names = ["0001_expand_step1", "0002_expand_step2", "0003_expand_step3"]
    assert get_status(owner_url, folder=tmp_path) == Status([], names, None)
    for _ in range(2):
        assert upgrade(owner_url, folder=tmp_path) == Status(names, [], "0003")
    assert get_status(owner_url, folder=tmp_path) == Status(names, [], "0003")
    assert query("select count(*) from second") == [(1,)]


def test_a_file_that_fails_leaves_nothing_and_the_next_run_goes_on_with_it(
    owner_url: str, tmp_path: Path, write: Write, query: Query
) -> None:
    write(FIRST, "create table second (id int);\n\nselect no_such_column\nfrom first;")
    with pytest.raises(MigrationError, match=r'0002_expand_step2.sql, line 3: column "no_such_column" does not exist'):
        upgrade(owner_url, folder=tmp_path)
    assert query("select to_regclass('first')::text, to_regclass('second')::text") == [("first", None)]
    write(FIRST, "create table second (id int);")
    assert upgrade(owner_url, folder=tmp_path).pending == []


def test_statement_by_statement_goes_on_after_what_is_done(
    owner_url: str, tmp_path: Path, write: Write, query: Query
) -> None:
    head = "-- autocommit: yes\ncreate table first (id int);\ninsert into first values (1);\n"
    write(head + "select no_such_column;")
    with pytest.raises(MigrationError, match="0001_expand_step1.sql, line 4: column .* is kept"):
        upgrade(owner_url, folder=tmp_path)
    write(head + "create index concurrently if not exists first_id on first (id);")
    assert upgrade(owner_url, folder=tmp_path).head == "0001"
    assert query("select count(*) from first") == [(1,)]
    assert query("select count(*) from migrations.progress") == [(0,)]


def test_statements_that_are_done_may_not_be_changed(owner_url: str, tmp_path: Path, write: Write) -> None:
    write("-- autocommit: yes\ncreate table first (id int);\nselect no_such_column;")
    with pytest.raises(MigrationError):
        upgrade(owner_url, folder=tmp_path)
    write("-- autocommit: yes\ncreate table first (id bigint);\nselect 1;")
    with pytest.raises(MigrationError, match="was changed after its first 1 statements had run"):
        upgrade(owner_url, folder=tmp_path)


def test_an_index_that_was_cut_off_is_built_again(owner_url: str, tmp_path: Path, write: Write, query: Query) -> None:
    write(
        "create table first (id int); insert into first values (1), (1);",
        '-- autocommit: yes\ncreate unique index concurrently if not exists "first_id" on public.first (id);',
    )
    with pytest.raises(MigrationError, match="could not create unique index"):
        upgrade(owner_url, folder=tmp_path)
    valid = "select indisvalid from pg_index where indexrelid = 'first_id'::regclass"
    assert query(valid) == [(False,)]
    query("delete from first")
    upgrade(owner_url, folder=tmp_path)
    assert query(valid) == [(True,)]


def test_a_file_may_not_end_its_own_transaction(owner_url: str, tmp_path: Path, write: Write) -> None:
    write("create table first (id int); commit; begin;")
    with pytest.raises(MigrationError, match="ends its own transaction"):
        upgrade(owner_url, folder=tmp_path)


def test_a_setting_of_one_file_does_not_reach_the_next(
    owner_url: str, tmp_path: Path, write: Write, query: Query
) -> None:
    write("set search_path = pg_catalog;", "create table second (id int);")
    upgrade(owner_url, folder=tmp_path)
    assert query("select count(*) from public.second") == [(0,)]


def test_an_older_release_leaves_a_newer_schema_alone(owner_url: str, tmp_path: Path, write: Write) -> None:
    write(FIRST, "select 1;")
    upgrade(owner_url, folder=tmp_path)
    (tmp_path / "0002_expand_step2.sql").unlink()
    log: list[str] = []
    status = upgrade(owner_url, folder=tmp_path, report=log.append)
    assert status == Status(["0001_expand_step1"], [], "0002")
    assert log == ["The database is at 0002, later than this release: nothing to do."]
