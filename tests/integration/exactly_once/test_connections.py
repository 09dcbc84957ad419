"""Connections that die: a read is repeated, a write only where that can't make it twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg2
import pytest

import services.shared.database as database_module
from services.customers.app import build_app
from services.records.exactly_once import Answer, answer_once, make_key
from services.shared.caller import Caller, Credential, Runner
from services.shared.database import Database
from services.shared.errors import ConnectionLost, NothingChanged, Unauthorized, Unavailable
from tests.support.postgres import Postgres
from tests.support.server_log import logged_statements
from tests.support.world import Api, World


class Flaky(Database):
    """A database whose connection dies around a message that contains `marked`, once.

    late: only the answer is lost; else the message does not arrive.
    """

    def __init__(self, url: str, marked: str, *, late: bool) -> None:
        super().__init__(url)
        self.marked, self.late, self.deaths = marked, late, 0

    def _send(self, connection: Any, statement: str, params: Any) -> list[tuple[Any, ...]]:
        if self.marked not in statement or self.deaths:
            return super()._send(connection, statement, params)
        self.deaths += 1
        if self.late:
            super()._send(connection, statement, params)
        connection.close()
        raise psycopg2.OperationalError("server closed the connection unexpectedly")


def _count(world: World, company: str) -> int:
    return int(world.owner("SELECT count(*) FROM customers WHERE company = %s", (company,))[0][0])


def _api(world: World, database: Database) -> Api:
    return Api(build_app(world.settings, database))


def test_a_read_is_repeated_once(api: Api, kill: Callable[[], None]) -> None:
    made = api.made("sam", "/v1/customers", {"company": "Read twice"})
    for path in (f"/v1/customers/{made['id']}", "/v1/customers?count=true", f"/v1/customers/{made['id']}/history"):
        kill()
        assert api.call("sam", "GET", path).status_code == 200


def test_a_write_with_a_key_is_made_once_though_its_connection_was_dead(
    api: Api, world: World, key: dict[str, str], kill: Callable[[], None]
) -> None:
    kill()
    answer = api.call("sam", "POST", "/v1/customers", {"company": "Keyed Ltd"}, headers=key)
    assert answer.status_code == 201
    assert _count(world, "Keyed Ltd") == 1


@pytest.mark.parametrize("late", [False, True], ids=["message lost", "answer lost"])
@pytest.mark.parametrize("marked", ["INSERT INTO", "COMMIT"])
def test_a_write_with_a_key_is_made_once_wherever_its_connection_dies(
    marked: str, late: bool, world: World, key: dict[str, str]
) -> None:
    company = f"Dies at {marked} {late}"
    database = Flaky(world.url("skep_app"), marked, late=late)
    answer = _api(world, database).call("sam", "POST", "/v1/customers", {"company": company}, headers=key)
    database.close()
    assert (answer.status_code, answer.get_json()["company"], database.deaths) == (201, company, 1)
    assert _count(world, company) == 1
    # If the commit had arrived, what was answered is the replay of it.
    assert ("Idempotent-Replayed" in answer.headers) == (marked == "COMMIT" and late)


@pytest.mark.parametrize("late", [False, True], ids=["message lost", "answer lost"])
def test_a_write_without_a_key_says_that_nobody_knows(late: bool, world: World) -> None:
    company = f"Nobody knows {late}"
    database = Flaky(world.url("skep_app"), "INSERT INTO", late=late)
    answer = _api(world, database).call("sam", "POST", "/v1/customers", {"company": company})
    database.close()
    assert (answer.status_code, answer.get_json()["code"]) == (503, "connection_lost")
    assert "may have been made" in answer.get_json()["detail"]
    assert _count(world, company) == int(late)


def test_a_write_without_a_key_on_a_dead_connection_says_that_nobody_knows(
    api: Api, world: World, kill: Callable[[], None]
) -> None:
    kill()
    answer = api.call("sam", "POST", "/v1/customers", {"company": "Unkeyed Ltd"})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "connection_lost")
    assert _count(world, "Unkeyed Ltd") == 0
    assert api.call("sam", "POST", "/v1/customers", {"company": "Unkeyed Ltd"}).status_code == 201


@pytest.mark.parametrize("marked", ["BEGIN;", "skep.hand_over"])
def test_a_write_without_a_key_is_repeated_where_the_lost_message_could_not_commit(marked: str, world: World) -> None:
    database = Flaky(world.url("skep_app"), marked, late=False)
    api = _api(world, database)
    made = api.made("sam", "/v1/customers", {"company": f"Repeated {marked}"})
    body = {"revenue": "5", "owner_id": world.ids["sue"]}
    answer = api.call("sam", "PATCH", f"/v1/customers/{made['id']}", body)
    assert (answer.status_code, database.deaths) == (204, 1)
    version = world.owner("SELECT version FROM customers WHERE id = %s", (made["id"],))
    assert version == [(3,)]
    database.close()


def test_a_commit_whose_answer_is_lost_is_not_repeated_without_a_key(world: World) -> None:
    database = Flaky(world.url("skep_app"), "COMMIT", late=True)
    api = _api(world, database)
    made = api.made("sam", "/v1/customers", {"company": "Commit lost"})
    answer = api.call("sam", "PATCH", f"/v1/customers/{made['id']}", {"revenue": "5"})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "connection_lost")
    assert world.owner("SELECT version FROM customers WHERE id = %s", (made["id"],)) == [(2,)]
    database.close()


def test_a_transaction_whose_connection_dies_has_changed_nothing(
    world: World, database: Database, kill: Callable[[], None]
) -> None:
    caller = world.caller("sam", database=database)
    with pytest.raises(NothingChanged), caller.atomically() as transaction:
        transaction.run("INSERT INTO customers (company, currency) VALUES ('Half', 'USD')", write=True)
        kill()
        transaction.run("UPDATE customers SET notes = 'n' WHERE company = 'Half'", write=True)
    assert _count(world, "Half") == 0
    assert database.run("SELECT 1") == [(1,)]


def test_a_transaction_in_which_a_statement_failed_is_never_said_to_be_made(world: World, database: Database) -> None:
    caller = world.caller("sam", database=database)
    with pytest.raises(NothingChanged), caller.atomically() as transaction:
        transaction.run("INSERT INTO customers (company, currency) VALUES ('Swallowed', 'USD')", write=True)
        with pytest.raises(psycopg2.IntegrityError):
            transaction.run("INSERT INTO customers (company, currency) VALUES ('Swallowed', 'USD')", write=True)
    assert _count(world, "Swallowed") == 0


def test_a_transaction_that_ran_nothing_sends_nothing(world: World, postgres: Postgres) -> None:
    with logged_statements(postgres, "skep_app") as log:
        database = Database(world.url("skep_app"))
        database.run("SELECT 1")
        log.statements()
        with pytest.raises(KeyError), world.caller("sam", database=database).atomically():
            raise KeyError
        with world.caller("sam", database=database).atomically():
            pass
        assert log.statements() == []
        database.close()


def test_a_write_after_a_long_pause_first_asks_whether_the_connection_still_lives(
    api: Api, world: World, database: Database, kill: Callable[[], None]
) -> None:
    kill()
    database._local.used_at -= database_module.CHECK_AFTER_IDLE_SECONDS
    assert api.call("sam", "POST", "/v1/customers", {"company": "After a pause"}).status_code == 201


def test_a_connection_is_renewed_before_rds_proxy_would_end_it(database: Database) -> None:
    first = database.run("SELECT pg_backend_pid()")
    assert database.run("SELECT pg_backend_pid()") == first
    database._local.opened_at -= database_module.RECYCLE_SECONDS
    assert database.run("SELECT pg_backend_pid()") != first


def test_a_connection_is_not_renewed_inside_a_transaction(world: World, database: Database) -> None:
    with world.caller("sam", database=database).atomically() as transaction:
        transaction.run("INSERT INTO customers (company, currency) VALUES ('Old connection', 'USD')", write=True)
        database._local.opened_at -= database_module.RECYCLE_SECONDS
        database._local.used_at -= database_module.CHECK_AFTER_IDLE_SECONDS
        transaction.run("SELECT 1")
    assert _count(world, "Old connection") == 1


def test_a_connection_is_closed_after_a_message_so_long_that_it_pins(world: World, database: Database) -> None:
    first = database.run("SELECT pg_backend_pid()")
    database.run("SELECT length(%s)", ("x" * database_module.PINNING_BYTES,))
    second = database.run("SELECT pg_backend_pid()")
    assert second != first
    with world.caller("sam", database=database).atomically() as transaction:
        transaction.run("SELECT length(%s)", ("x" * database_module.PINNING_BYTES,))
        assert transaction.run("SELECT pg_backend_pid()") == second
    assert database.run("SELECT pg_backend_pid()") != second


def test_a_database_that_is_not_there_is_unavailable(world: World) -> None:
    nowhere = Database("postgresql://skep_app@127.0.0.1:1/skep")
    with pytest.raises(Unavailable) as raised:
        nowhere.run("SELECT 1")
    assert not isinstance(raised.value, ConnectionLost)
    answer = _api(world, nowhere).call("sam", "GET", "/v1/customers")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")


def test_a_password_is_asked_for_at_each_connect(world: World) -> None:
    asked = []

    def password() -> str:
        asked.append(1)
        return world.url("skep_app").split(":")[2].split("@")[0]

    database = Database(world.url("skep_app"), password=password)
    for _ in range(3):
        database.run("SELECT 1")
        database.close()
    assert len(asked) == 3


def test_work_that_fails_on_its_second_try_too_says_so(world: World, database: Database) -> None:
    tries = []

    def work(_: Runner) -> Answer:
        tries.append(1)
        raise ConnectionLost

    for given in (make_key("always lost", "x"), None):
        tries.clear()
        with pytest.raises(ConnectionLost):
            answer_once(world.caller("sam", database=database), given, work, lambda *_: None)
        assert len(tries) == (2 if given else 1)


def test_what_the_server_says_to_a_large_message_is_not_taken_for_a_lost_connection(world: World) -> None:
    large = ("x" * database_module.PINNING_BYTES,)
    nobody = Caller(world.database, Credential.from_secret("client", "nobody's"), "rest")
    for write in (False, True):
        with pytest.raises(Unauthorized):
            nobody.run("SELECT length(%s)", large, write=write)
        with pytest.raises(psycopg2.errors.QueryCanceled):
            world.database.run("SET LOCAL statement_timeout = 1; SELECT length(%s), pg_sleep(1)", large, write=write)
