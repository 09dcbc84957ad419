"""The runner beside others: deadlines, locks, a second runner, a runner that was killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from services.migrations.errors import MigrationError
from services.migrations.runner import Status, get_status, upgrade
from tests.integration.migrations.conftest import Hold, Query, Write, wait_until

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("header", ["", "-- autocommit: yes\n"])
def test_it_stops_at_the_deadline_and_says_what_is_left(
    owner_url: str, tmp_path: Path, write: Write, header: str
) -> None:
    write("create table first (id int);", f"{header}select pg_sleep(30);", "select 1;")
    log: list[str] = []
    started = time.monotonic()
    status = upgrade(owner_url, folder=tmp_path, deadline_seconds=1.0, report=log.append)
    assert time.monotonic() - started < 5
    assert status == Status(["0001_expand_step1"], ["0002_expand_step2", "0003_expand_step3"], "0001")
    assert log[-1] == "The time given to this run is over. Run again to go on."


def test_without_time_nothing_is_begun(owner_url: str, tmp_path: Path, write: Write) -> None:
    write("create table first (id int);")
    status = upgrade(owner_url, folder=tmp_path, deadline_seconds=0.0)
    assert status.pending == ["0001_expand_step1"]


def test_a_statement_that_takes_too_long_is_told(owner_url: str, tmp_path: Path, write: Write) -> None:
    write("-- statement_timeout: 100ms\nselect pg_sleep(30);")
    with pytest.raises(MigrationError, match="took longer than 100ms"):
        upgrade(owner_url, folder=tmp_path)


@pytest.mark.parametrize("header", ["", "-- autocommit: yes\n"])
def test_a_lock_that_somebody_else_holds_is_tried_again(
    owner_url: str, tmp_path: Path, write: Write, query: Query, header: str
) -> None:
    query("create table first (id int)")
    write(f"{header}-- lock_timeout: 100ms\nalter table first add column name text;")
    hold = Hold(owner_url, "first")
    hold.let_go_after(0.8)
    log: list[str] = []
    assert upgrade(owner_url, folder=tmp_path, report=log.append).head == "0001"
    assert log[0] == "  canceling statement due to lock timeout: trying again in 1 s"


def test_while_a_lock_is_not_to_be_had_the_deadline_still_counts(
    owner_url: str, tmp_path: Path, write: Write, query: Query
) -> None:
    query("create table first (id int)")
    write("-- lock_timeout: 100ms\nalter table first add column name text;")
    hold = Hold(owner_url, "first")
    assert upgrade(owner_url, folder=tmp_path, deadline_seconds=0.7).pending
    hold.let_go()


def test_a_second_runner_waits_and_each_file_runs_once(
    owner_url: str, tmp_path: Path, write: Write, query: Query
) -> None:
    write("create table first (id int);", "insert into first values (1); select pg_sleep(1);")
    logs: list[list[str]] = [[], []]

    def run(log: list[str]) -> None:
        upgrade(owner_url, folder=tmp_path, report=log.append)

    threads = [threading.Thread(target=run, args=[log]) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert query("select count(*) from first") == [(1,)]
    waited = [log for log in logs if log and log[0].startswith("Another run is changing the schema")]
    assert len(waited) == 1


def test_a_second_runner_stops_waiting_at_its_deadline(
    owner_url: str, tmp_path: Path, write: Write, query: Query
) -> None:
    write("create table first (id int);", "select pg_sleep(2);")
    first = threading.Thread(target=upgrade, args=[owner_url], kwargs={"folder": tmp_path})
    first.start()
    wait_until(lambda: get_status(owner_url, folder=tmp_path).applied)
    status = upgrade(owner_url, folder=tmp_path, deadline_seconds=0.3)
    first.join()
    assert status.pending == ["0002_expand_step2"]


def test_a_run_that_was_killed_is_gone_on_with(owner_url: str, tmp_path: Path, write: Write, query: Query) -> None:
    write("create table first (id int);", "insert into first values (1); select pg_sleep(60);")
    killed = subprocess.Popen(
        [sys.executable, "-m", "services.migrations", "--folder", str(tmp_path), "upgrade"],
        cwd=ROOT,
        env={"SKEP_DATABASE_OWNER_URL": owner_url},
        stdout=subprocess.DEVNULL,
    )
    # The second file has begun: its insert holds a lock on the table. (Only pg_monitor may look at pg_stat_activity.)
    wait_until(
        lambda: query("select 1 from pg_locks where relation = to_regclass('first') and mode = 'RowExclusiveLock'")
    )
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    write("create table first (id int);", "insert into first values (1);")
    assert upgrade(owner_url, folder=tmp_path, deadline_seconds=20).pending == []
    assert query("select count(*) from first") == [(1,)]
