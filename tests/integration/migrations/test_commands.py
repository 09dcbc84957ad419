"""The runner's two doors: the command and the Lambda."""

from pathlib import Path

import pytest

from services.local.postgres.embedded import EmbeddedPostgres
from services.migrations.__main__ import main
from services.migrations.commands import MARGIN_SECONDS, make_handler
from services.migrations.errors import MigrationError, MissingSettings
from services.migrations.files import list_migrations
from tests.integration.migrations.conftest import Write


class Context:
    """Lambda's context with a given time left."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self._seconds * 1000)


def run(url: str, *arguments: str) -> int:
    return main(arguments, {"SKEP_DATABASE_OWNER_URL": url})


def test_upgrade_and_status_print_what_they_did(
    owner_url: str, tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("select 1;", "select 2;")
    folder = ("--folder", str(tmp_path))
    assert run(owner_url, *folder, "status") == 0
    assert capsys.readouterr().out == "pending  0001_expand_step1\npending  0002_expand_step2\n"
    assert run(owner_url, *folder, "upgrade") == 0
    assert capsys.readouterr().out.endswith("The schema is at 0002.\n")
    assert run(owner_url, *folder, "status") == 0
    assert capsys.readouterr().out == "applied  0001_expand_step1\napplied  0002_expand_step2\n"


def test_the_exit_code_says_that_the_deadline_came_first(
    owner_url: str, tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("select 1;", "select pg_sleep(30);")
    folder = ("--folder", str(tmp_path))
    assert run(owner_url, *folder, "upgrade", "--deadline-seconds", "0.5") == 3
    assert capsys.readouterr().err == "Left: 0002_expand_step2\n"


def test_without_a_url_it_says_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"], {}) == 2
    assert "SKEP_DATABASE_OWNER_URL is not set" in capsys.readouterr().err


def test_another_role_is_refused_by_name(server18: EmbeddedPostgres, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(server18.url(), "upgrade") == 1
    assert "Migrations run as skep_owner" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["nonsense", "postgresql://skep_owner:x@127.0.0.1:1/none"])
def test_a_wrong_url_is_one_sentence(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(wrong, "upgrade") == 1
    assert "SKEP_DATABASE_OWNER_URL must be a libpq URL" in capsys.readouterr().err


def test_the_lambda_upgrades_and_tells_the_status(owner_url: str) -> None:
    handler = make_handler({"SKEP_DATABASE_OWNER_URL": owner_url})
    names = [migration.name for migration in list_migrations()]
    short = handler({"command": "upgrade"}, Context(MARGIN_SECONDS))
    assert (short["applied"], short["pending"]) == ([], names)
    full = handler({"command": "upgrade"}, Context(300))
    assert (full["applied"], full["pending"]) == (names, [])
    assert len(full["log"]) == len(names)
    status = handler({"command": "status"}, Context(300))
    assert (status["applied"], status["head"]) == (names, names[-1][:4])


def test_the_lambda_does_not_begin_without_a_url_and_refuses_other_commands(owner_url: str) -> None:
    with pytest.raises(MissingSettings, match="set SKEP_DATABASE_OWNER_URL in the environment"):
        make_handler({})
    with pytest.raises(MigrationError, match="not 'downgrade'"):
        make_handler({"SKEP_DATABASE_OWNER_URL": owner_url})({"command": "downgrade"}, Context(300))
