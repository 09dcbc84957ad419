"""A new key's value waits in Postgres until the queue has it: who can see it, and when it is wiped."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

import psycopg2
import pytest

from services.accounts.app import build_app
from services.local.postgres.embedded import EmbeddedPostgres
from services.shared.caller import Credential
from services.shared.database import Database
from tests.support.server_log import logged_statements
from tests.support.world import Api, World

KEY = re.compile(r"skp_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")
CLIENT = "sam's client"


@pytest.fixture
def api(fresh_world: World) -> Api:
    """The REST door of accounts."""
    return Api(build_app(fresh_world.settings, fresh_world.database))


def issue(api: Api, world: World, client: str = CLIENT) -> str:
    """A key, made as an admin makes it."""
    key: str = api.made("ada", f"/v1/clients/{world.ids[client]}/key", {})["key"]
    return key


def waiting(world: World) -> list[str]:
    """The values that wait."""
    return [value for (value,) in world.owner("SELECT value FROM skep.client_keys WHERE value IS NOT NULL ORDER BY 1")]


def news(worker: Database) -> dict[str, object] | None:
    """What there is to tell, or None."""
    rows = worker.run("SELECT state, settled, under_way, waiting FROM skep.gateway_news(100)")
    return dict(zip(("state", "settled", "under_way", "waiting"), rows[0], strict=True)) if rows else None


def test_a_key_is_random_its_hash_is_kept_and_its_value_waits(api: Api, fresh_world: World) -> None:
    first, second = issue(api, fresh_world), issue(api, fresh_world, "vic's client")
    assert KEY.fullmatch(first)
    assert KEY.fullmatch(second)
    assert first.split("_")[1] != second.split("_")[1]
    assert waiting(fresh_world) == sorted([first, second])
    caller = Credential.from_secret("client", first)
    assert caller.value == hashlib.sha256(first.encode()).digest()
    assert fresh_world.database.run("SELECT role FROM skep.identify('client', %s)", (caller.value,)) == [("sales",)]


def test_a_key_that_ends_takes_its_value_along(api: Api, fresh_world: World) -> None:
    ends: dict[str, Callable[[], object]] = {
        "revoked": lambda: api.call("ada", "DELETE", f"/v1/clients/{fresh_world.ids[CLIENT]}/key"),
        "another made": lambda: fresh_world.owner("SELECT skep.issue_key(%s, 'hash')", (fresh_world.ids[CLIENT],)),
        "by hand": lambda: fresh_world.owner("UPDATE skep.credentials SET revoked_at = now()"),
        "deleted by hand": lambda: fresh_world.owner("DELETE FROM skep.credentials WHERE kind = 'client'"),
    }
    for name, end in ends.items():
        fresh_world.owner("SELECT skep.issue_key(%s)", (fresh_world.ids[CLIENT],))
        assert len(waiting(fresh_world)) == 1
        end()
        assert waiting(fresh_world) == [], name


def test_a_client_that_gets_a_role_loses_the_value(api: Api, fresh_world: World) -> None:
    issue(api, fresh_world)
    fresh_world.owner("UPDATE clients SET iam_arn = 'arn:aws:iam::1:role/x' WHERE name = %s", (CLIENT,))
    assert waiting(fresh_world) == []


def test_the_release_before_this_one_still_makes_keys(fresh_world: World, worker: Database) -> None:
    credential = Credential.from_secret("client", "skp_0a0a0a0a_made-by-the-release-before")
    client = fresh_world.ids[CLIENT]
    fresh_world.caller("ada").run("SELECT skep.issue_key(%s, %s)", (client, credential.value), write=True)
    assert fresh_world.database.run("SELECT role FROM skep.identify('client', %s)", (credential.value,)) == [("sales",)]
    assert waiting(fresh_world) == []
    assert (news(worker) or {})["under_way"] == []


@pytest.mark.parametrize("who", ["max", "sam", "vic"])
def test_only_an_admin_makes_a_key(fresh_world: World, who: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        fresh_world.caller(who).run("SELECT skep.issue_key(%s)", (fresh_world.ids[CLIENT],), write=True)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT value FROM skep.client_keys",
        "UPDATE skep.client_keys SET value = value RETURNING value",
        "INSERT INTO skep.client_keys (id, hash, value) VALUES ('x', 'x', 'x')",
        "COPY skep.client_keys TO STDOUT",
        "CREATE VIEW mine AS SELECT * FROM skep.client_keys",
        "SELECT * FROM skep.gateway_news(1)",
        "SELECT skep.gateway_told('', '{}')",
        "SELECT * FROM skep.gateway",
        "SELECT most_common_vals FROM pg_stats WHERE tablename = 'client_keys'",
    ],
)
def test_the_application_sees_no_waiting_value_by_any_way(api: Api, fresh_world: World, statement: str) -> None:
    for client in (CLIENT, "vic's client", "max's client"):
        issue(api, fresh_world, client)
    fresh_world.owner("ANALYZE skep.client_keys")
    try:
        assert fresh_world.caller("ada").run(statement, write=True) == []
    except psycopg2.errors.InsufficientPrivilege:
        return
    assert "pg_stats" in statement


def test_a_worker_reads_the_values_by_the_function_alone(worker: Database) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        worker.run("SELECT value FROM skep.client_keys")


def test_no_statement_and_no_log_row_has_the_value(
    api: Api, fresh_world: World, postgres: EmbeddedPostgres, worker: Database
) -> None:
    with logged_statements(postgres, "skep_app") as app_log, logged_statements(postgres, "skep_job") as job_log:
        fresh_world.database.close()
        worker.close()
        key = issue(api, fresh_world)
        assert (news(worker) or {})["waiting"]
        logged = [*app_log.statements(), *job_log.statements()]
    assert any("skep.issue_key" in statement for statement in logged)
    secret = key.rpartition("_")[2]
    assert not any(secret in statement for statement in logged)
    assert secret not in json.dumps(fresh_world.owner("SELECT before::text, after::text FROM skep.change_log"))


def test_there_is_news_when_other_keys_are_live_and_each_hour(api: Api, fresh_world: World, worker: Database) -> None:
    def told() -> None:
        found = news(worker)
        assert found is not None
        ids = [one["key_id"] for one in json.loads(str(found["waiting"]))]
        worker.run("SELECT skep.gateway_told(%s, %s)", (found["state"], ids), write=True)

    told()
    assert news(worker) is None
    issue(api, fresh_world)
    told()
    assert waiting(fresh_world) == []
    assert news(worker) is None
    fresh_world.owner("UPDATE skep.gateway SET told_at = told_at - interval '61 minutes'")
    told()
    person = fresh_world.ids["sam"]
    for gone in ("UPDATE clients SET deleted_at = now() WHERE person_id = %s",
                 "UPDATE clients SET deleted_at = NULL WHERE person_id = %s"):  # fmt: skip
        assert news(worker) is None
        fresh_world.owner(gone, (person,))
        told()


def test_the_state_of_another_list_is_told_again(api: Api, fresh_world: World, worker: Database) -> None:
    issue(api, fresh_world)
    before = news(worker)
    issue(api, fresh_world, "vic's client")
    assert before is not None
    worker.run("SELECT skep.gateway_told(%s, '{}')", (before["state"],), write=True)
    assert len(waiting(fresh_world)) == 2
    assert news(worker) is not None


def test_a_key_settles_when_its_message_has_had_its_time(api: Api, fresh_world: World, worker: Database) -> None:
    key_id = issue(api, fresh_world).split("_")[1]
    fresh_world.owner("UPDATE skep.client_keys SET issued_at = now() - interval '16 minutes'")
    assert (news(worker) or {})["under_way"] == [key_id]  # it still waits
    worker.run("SELECT skep.gateway_told('', %s)", ([key_id],), write=True)
    assert (news(worker) or {})["under_way"] == [key_id]
    fresh_world.owner("UPDATE skep.client_keys SET handed_over_at = handed_over_at - interval '16 minutes'")
    assert (news(worker) or {})["settled"] == [key_id]


def test_a_value_that_nobody_took_within_a_day_is_wiped(api: Api, fresh_world: World, worker: Database) -> None:
    key_id = issue(api, fresh_world).split("_")[1]
    fresh = issue(api, fresh_world, "vic's client")
    fresh_world.owner("UPDATE skep.client_keys SET issued_at = now() - interval '25 hours' WHERE id = %s", (key_id,))
    assert ("waiting_keys", 1) in worker.run("SELECT kind, removed FROM skep.purge()", write=True)
    assert waiting(fresh_world) == [fresh]
    assert (news(worker) or {})["settled"] == [key_id]  # so that its absence is noticed
