"""The way in at AWS: the owner by a token, the bootstrap by the master's secret from a fake Secrets Manager."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from services.local.postgres.embedded import EmbeddedPostgres
from services.migrations import access
from services.migrations.__main__ import main
from services.migrations.commands import make_handler
from services.migrations.errors import MigrationError
from services.migrations.files import list_migrations
from services.migrations.runner import get_status
from services.shared.rds_token import make_token
from services.shared.signing import Scope, sign
from tests.integration.migrations.conftest import NUMBERS
from tests.integration.migrations.test_commands import Context

NOW = 1_700_000_000.0
ARN = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:skep-dev-AbCdEf"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "session"}


AsMaster = Callable[[str], list[tuple[Any, ...]]]


class Secrets:
    """A Secrets Manager with one secret, that keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.secret = 200, "{}"
        self.asked: list[tuple[Mapping[str, str], bytes]] = []
        secrets = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                secrets.asked.append((dict(self.headers), body))
                answer = json.dumps({"SecretString": secrets.secret}).encode()
                self.send_response(secrets.status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def secrets() -> Iterator[Secrets]:
    made = Secrets()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def as_master(server18: EmbeddedPostgres) -> Iterator[AsMaster]:
    """Runs a statement as the server's master, on a server that has RDS's role rds_iam while the test runs."""
    connection = psycopg2.connect(server18.url())
    connection.autocommit = True

    def run(statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    run("create role rds_iam")
    yield run
    run("drop role rds_iam")
    connection.close()


def of_master(server: EmbeddedPostgres) -> str:
    """The secret as Terraform writes it; host and port come from the owner's URL."""
    master = parse_dsn(server.url())
    return json.dumps({"username": master["user"], "password": master["password"], "host": "elsewhere"})


def settings(url: str, secrets: Secrets, **more: str) -> dict[str, str]:
    return {
        **CREDENTIALS,
        "SKEP_DATABASE_OWNER_URL": url,
        "SKEP_DATABASE_MASTER_SECRET_ARN": ARN,
        "SKEP_SECRETS_ENDPOINT": secrets.url,
        **more,
    }


@pytest.mark.usefixtures("owner_url")  # whose bootstrap has given the role its password
def test_the_bootstrap_makes_database_and_roles_from_the_masters_secret(
    server18: EmbeddedPostgres, secrets: Secrets, as_master: AsMaster
) -> None:
    url = server18.url("skep_owner", f"access_{next(NUMBERS)}")
    secrets.secret = of_master(server18)
    handler = make_handler(settings(url, secrets))
    for _ in range(2):
        answer = handler({"command": "bootstrap"}, Context(300))
        assert (answer["head"], answer["applied"]) == (None, [])
        assert answer["pending"] == [migration.name for migration in list_migrations()]
        assert answer["log"] == [f"The database {parse_dsn(url)['dbname']} is ready for its first migration."]
    granted = "select member::regrole::text from pg_auth_members where roleid = 'rds_iam'::regrole order by 1"
    assert as_master(granted) == [("skep_app",), ("skep_job",), ("skep_owner",)]


def test_the_bootstrap_refuses_a_database_that_sorts_in_another_order(
    server18: EmbeddedPostgres, secrets: Secrets, as_master: AsMaster, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"access_{next(NUMBERS)}"
    as_master(f"create database {name} template template0 encoding 'UTF8' locale 'C' locale_provider libc")
    secrets.secret = of_master(server18)
    assert main(["bootstrap"], settings(server18.url("skep_owner", name), secrets)) == 1
    assert capsys.readouterr().err.startswith(f"The database {name} was not made with the locale C.UTF-8")


def test_the_secret_is_asked_for_by_its_arn_with_a_signature(server18: EmbeddedPostgres, secrets: Secrets) -> None:
    secrets.secret = json.dumps({"username": "postgres", "password": "p a'ss"})
    url = server18.url("skep_owner", "skep")
    given, database = access.master_url(settings(url, secrets), clock=lambda: NOW)
    expected = {**parse_dsn(url), "user": "postgres", "password": "p a'ss", "dbname": "postgres"}
    assert (parse_dsn(given), database) == (expected, "skep")
    [(headers, body)] = secrets.asked
    assert json.loads(body) == {"SecretId": ARN}
    sent = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.GetSecretValue"}
    signed = sign(Scope("secretsmanager", "eu-west-1", CREDENTIALS, NOW), "POST", f"{secrets.url}/", sent, body)
    assert signed.items() <= headers.items()


def test_the_owner_comes_in_by_a_token_where_a_region_is_named(
    server18: EmbeddedPostgres, owner_url: str, as_master: AsMaster
) -> None:
    parts = parse_dsn(owner_url)
    endpoint = f"{parts['host']}:{parts['port']}"
    environment = {
        **CREDENTIALS,
        "SKEP_DATABASE_OWNER_URL": f"postgresql://skep_owner@{endpoint}/{parts['dbname']}",
        "SKEP_DATABASE_IAM_REGION": "eu-west-1",
    }
    token = make_token(endpoint, "skep_owner", "eu-west-1", CREDENTIALS, NOW)
    as_master(f"alter role skep_owner password '{token}'")
    try:
        assert get_status(access.owner_url(environment, clock=lambda: NOW)).head is None
        with pytest.raises(MigrationError, match="does not let us in"):
            get_status(access.owner_url(environment, clock=lambda: NOW + 1))
    finally:
        as_master(f"alter role skep_owner password '{server18.password('skep_owner')}'")


@pytest.mark.parametrize(
    ("status", "secret", "said"),
    [
        (400, "{}", "Secrets Manager answers 400"),
        (200, "hidden", "must hold a username and a password"),
        (200, '["hidden"]', "must hold a username and a password"),
        (200, '{"username": "hidden"}', "must hold a username and a password"),
    ],
)
def test_a_secret_that_cannot_be_used_is_one_sentence_without_its_value(
    secrets: Secrets, capsys: pytest.CaptureFixture[str], status: int, secret: str, said: str
) -> None:
    secrets.status, secrets.secret = status, secret
    assert main(["bootstrap"], settings("postgresql://skep_owner@127.0.0.1:1/skep", secrets)) == 1
    printed = capsys.readouterr().err
    assert said in printed
    assert "hidden" not in printed


@pytest.mark.parametrize(
    ("setting", "value", "code", "said"),
    [
        ("SKEP_DATABASE_MASTER_SECRET_ARN", "", 2, "set SKEP_DATABASE_MASTER_SECRET_ARN in the environment"),
        ("SKEP_DATABASE_MASTER_SECRET_ARN", "skep-dev", 1, "is not the ARN of a secret"),
        ("SKEP_DATABASE_OWNER_URL", "postgresql://skep_owner@127.0.0.1:1", 1, "must be a libpq URL"),
        ("SKEP_DATABASE_OWNER_URL", "nonsense", 1, "must be a libpq URL"),
        ("AWS_ACCESS_KEY_ID", "", 1, "AWS_ACCESS_KEY_ID is not in the environment"),
        ("SKEP_SECRETS_ENDPOINT", "http://127.0.0.1:1", 1, "Secrets Manager can't be asked: 127.0.0.1:1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    secrets: Secrets, capsys: pytest.CaptureFixture[str], setting: str, value: str, code: int, said: str
) -> None:
    environment = settings("postgresql://skep_owner@127.0.0.1:1/skep", secrets, **{setting: value})
    assert main(["bootstrap"], environment) == code
    assert said in capsys.readouterr().err


def test_a_token_without_credentials_or_host_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for url in ("postgresql://skep_owner@127.0.0.1:1/skep", "nonsense", "postgresql:///skep"):
        environment = {"SKEP_DATABASE_OWNER_URL": url, "SKEP_DATABASE_IAM_REGION": "eu-west-1"}
        assert main(["status"], environment) == 1
        assert "There is no token for SKEP_DATABASE_OWNER_URL" in capsys.readouterr().err


def test_a_server_that_is_not_there_fails_the_bootstrap_in_one_sentence(
    secrets: Secrets, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets.secret = '{"username": "postgres", "password": "hidden"}'
    assert main(["bootstrap"], settings("postgresql://skep_owner@127.0.0.1:1/skep", secrets)) == 1
    printed = capsys.readouterr().err
    assert "The bootstrap failed" in printed
    assert "hidden" not in printed
