"""An image and its database: away at the start, away meanwhile, restarted while the function was frozen."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from services.local.lambda_runtime.failures import FunctionError
from services.local.postgres.embedded import EmbeddedPostgres
from tests.images.runtime.conftest import Launch
from tests.images.runtime.statements import Session, read_sessions
from tests.support.files import CREDENTIALS, run_file_store
from tests.support.functions import environment_of, request
from tests.support.world import World

LIST = request("GET", "/v1/customers")
LONGER_THAN_A_WRITE_TRUSTS_ITS_CONNECTION = 21.0
"""Seconds, see services/shared/database.py."""


@pytest.fixture
def restartable(server: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """The server, which runs again afterwards."""
    yield server
    server.stop()
    server.start()


def restart(server: EmbeddedPostgres) -> None:
    """Stops and starts the server, whose log begins anew."""
    server.stop()
    server.start()


def read_app_sessions(server: EmbeddedPostgres) -> list[Session]:
    """The sessions of the services since the server began, without those that only let it be seen as running."""
    return [session for session in read_sessions(server.log) if session.user in ("skep_app", "skep_job")]


def count(world: World, company: str) -> int:
    """How many customers have the name."""
    return int(world.owner("SELECT count(*) FROM customers WHERE company = %s", (company,))[0][0])


def end_waiting_session(server: EmbeddedPostgres) -> None:
    """Ends the session of a service that waits for a lock, as soon as there is one."""
    with closing(psycopg2.connect(server.url())) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = 'skep_app' AND wait_event_type = 'Lock'"
            )
            if cursor.rowcount:
                return
            time.sleep(0.02)
    pytest.fail("no session waits")


def assert_unavailable(answer: dict[str, Any]) -> None:
    """503 as a problem that says when to come back."""
    assert answer["statusCode"] == 503
    headers = answer["multiValueHeaders"]
    assert headers["Content-Type"] == ["application/problem+json"]
    assert int(headers["Retry-After"][0]) > 0
    body = json.loads(answer["body"])
    assert (body["status"], body["code"]) == (503, "unavailable")


def test_a_database_that_is_down_at_the_start_is_a_503_until_it_is_back(
    launch: Launch, restartable: EmbeddedPostgres
) -> None:
    restartable.stop()
    runtime = launch("customers")

    assert_unavailable(runtime.invoke(LIST))
    assert_unavailable(runtime.invoke(request("POST", "/v1/customers", {"company": "Nobody home"})))
    restartable.start()
    assert runtime.invoke(LIST)["statusCode"] == 200
    assert runtime.invoke(request("POST", "/v1/customers", {"company": "Somebody home"}))["statusCode"] == 201


def test_a_database_that_goes_away_meanwhile_is_a_503_until_it_is_back(
    launch: Launch, restartable: EmbeddedPostgres
) -> None:
    runtime = launch("customers")
    assert runtime.invoke(LIST)["statusCode"] == 200
    restartable.stop()
    for _ in range(2):
        assert_unavailable(runtime.invoke(LIST))
    restartable.start()
    assert runtime.invoke(LIST)["statusCode"] == 200


def test_health_says_503_while_the_database_is_away(launch: Launch, restartable: EmbeddedPostgres) -> None:
    runtime = launch("workspace")
    restartable.stop()
    assert_unavailable(runtime.invoke(request("GET", "/v1/health", who=None)))
    restartable.start()
    assert runtime.invoke(request("GET", "/v1/health", who=None))["statusCode"] == 200


def test_a_read_after_a_freeze_is_repeated_exactly_once(launch: Launch, restartable: EmbeddedPostgres) -> None:
    runtime = launch("customers")
    assert runtime.invoke(LIST)["statusCode"] == 200
    runtime.freeze()
    restart(restartable)
    runtime.thaw()

    assert runtime.invoke(LIST)["statusCode"] == 200
    # The first try went into the dead connection; the server has seen the second, on a connection of its own.
    (session,) = read_app_sessions(restartable)
    assert len(session.statements) == 1
    assert runtime.invoke(LIST)["statusCode"] == 200
    (session,) = read_app_sessions(restartable)
    assert len(session.statements) == 2


def test_a_read_whose_second_try_is_lost_too_is_not_tried_again(
    launch: Launch, world: World, restartable: EmbeddedPostgres
) -> None:
    runtime = launch("customers")
    assert runtime.invoke(LIST)["statusCode"] == 200
    runtime.freeze()
    restart(restartable)
    with ThreadPoolExecutor(1) as pool, closing(psycopg2.connect(world.url("skep_owner"))) as connection:
        connection.cursor().execute("LOCK TABLE customers")
        answer = pool.submit(runtime.invoke, LIST)
        end_waiting_session(restartable)
        assert_unavailable(answer.result())
    (session,) = read_app_sessions(restartable)
    assert len(session.statements) == 1
    assert runtime.invoke(LIST)["statusCode"] == 200


def test_a_keyed_write_after_a_freeze_is_made_once(launch: Launch, world: World, restartable: EmbeddedPostgres) -> None:
    runtime = launch("customers")
    assert runtime.invoke(LIST)["statusCode"] == 200
    runtime.freeze()
    restart(restartable)
    event = request("POST", "/v1/customers", {"company": "Thawed Ltd"}, headers={"Idempotency-Key": "thawed"})

    assert runtime.invoke(event)["statusCode"] == 201
    (session,) = read_app_sessions(restartable)
    assert sum("INSERT INTO" in statement for statement in session.statements) == 1
    assert count(world, "Thawed Ltd") == 1


def test_a_write_without_a_key_after_a_long_freeze_is_made_once(
    launch: Launch, world: World, restartable: EmbeddedPostgres
) -> None:
    runtime = launch("customers")
    assert runtime.invoke(LIST)["statusCode"] == 200
    runtime.freeze()
    restart(restartable)
    time.sleep(LONGER_THAN_A_WRITE_TRUSTS_ITS_CONNECTION)

    assert runtime.invoke(request("POST", "/v1/customers", {"company": "Long frozen Ltd"}))["statusCode"] == 201
    (session,) = read_app_sessions(restartable)
    assert sum("INSERT INTO" in statement for statement in session.statements) == 1
    assert count(world, "Long frozen Ltd") == 1


def test_a_write_without_a_key_on_a_connection_that_died_just_now_is_made_once_or_not_at_all(
    launch: Launch, world: World, restartable: EmbeddedPostgres
) -> None:
    runtime = launch("customers")
    assert runtime.invoke(LIST)["statusCode"] == 200
    runtime.freeze()
    restart(restartable)
    event = request("POST", "/v1/customers", {"company": "Perhaps Ltd"})

    # Nobody can tell whether the message arrived, so that it is not sent again.
    assert runtime.invoke(event)["statusCode"] == 503
    assert count(world, "Perhaps Ltd") == 0
    assert runtime.invoke(event)["statusCode"] == 201
    assert count(world, "Perhaps Ltd") == 1


def test_nothing_that_pins_a_proxy_s_connection_is_sent_outside_a_transaction(
    launch: Launch, world: World, server: EmbeddedPostgres
) -> None:
    before = len(read_app_sessions(server))
    customers, workspace, forms, reports = (launch(name) for name in ("customers", "workspace", "forms", "reports"))
    made = customers.invoke(request("POST", "/v1/customers", {"company": "Unpinned Ltd"}))
    assert made["statusCode"] == 201
    record = json.loads(made["body"])
    path = f"/v1/customers/{record['id']}"
    calls = [
        (customers, request("POST", "/v1/customers", {"company": "Twice Ltd"}, headers={"Idempotency-Key": "k1"})),
        (customers, request("POST", "/v1/customers", {"company": "Twice Ltd"}, headers={"Idempotency-Key": "k1"})),
        (customers, request("GET", "/v1/customers?q=Unpinned&sort=-revenue&count=true&limit=5", who="sam")),
        (customers, request("PATCH", path, {"notes": "x" * 19_000})),
        (customers, request("PATCH", path, {"notes": "short"}, headers={"If-Match": '"1"'})),
        (customers, request("GET", f"{path}/history")),
        (customers, request("DELETE", path)),
        (customers, request("POST", f"{path}/restore")),
        (workspace, request("GET", "/v1/changes")),
        (workspace, request("POST", f"/v1/change-sets/{made['multiValueHeaders']['Change-Set'][0]}/undo", {})),
        (workspace, request("GET", "/v1/changes", who="nobody")),
        (reports, request("GET", "/v1/reports/pipeline", who="mia")),
        (forms, request("GET", "/sign-in", who=None)),
    ]
    statuses = [runtime.invoke(event)["statusCode"] for runtime, event in calls]
    assert statuses == [201, 201, 200, 200, 412, 200, 204, 200, 200, 409, 401, 200, 200]
    sessions = read_app_sessions(server)[before:]

    assert len(sessions) >= 4
    assert sum(len(session.statements) for session in sessions) >= len(calls)
    assert [pin for session in sessions for pin in session.list_pins()] == []


def test_a_job_sends_nothing_that_pins_a_connection_either(
    launch: Launch, world: World, server: EmbeddedPostgres, tmp_path: Path
) -> None:
    before = len(read_app_sessions(server))
    lines = "".join(f"Pinless {number}\n" for number in range(5_500))
    headers = {"Content-Type": "text/csv"}
    with run_file_store(world.settings, tmp_path) as stored:
        files = {"SKEP_FILES_BUCKET": "skep", "SKEP_FILES_ENDPOINT": str(stored.files_endpoint), **CREDENTIALS}
        workspace, automations = (
            launch(name, {**environment_of(name, world.url), **files}) for name in ("workspace", "automations")
        )
        file = {**request("POST", "/v1/customers/import?apply=true", headers=headers), "body": f"Company\n{lines}"}
        asked = [file, request("POST", "/v1/customers/export")]
        for event in asked:
            assert workspace.invoke(event)["statusCode"] == 202
            assert automations.invoke({"task": "jobs"})["jobs"] == {"done": 1}
        assert automations.invoke({"task": "maintain"})
    sessions = read_app_sessions(server)[before:]

    assert "skep_job" in {session.user for session in sessions}
    assert world.owner("SELECT count(*) FROM customers WHERE company LIKE 'Pinless %%'") == [(5_500,)]
    assert [pin for session in sessions for pin in session.list_pins()] == []


def test_a_worker_whose_database_is_away_fails_and_works_when_it_is_back(
    launch: Launch, restartable: EmbeddedPostgres
) -> None:
    restartable.stop()
    automations = launch("automations")
    with pytest.raises(FunctionError, match="Unavailable"):
        automations.invoke({"task": "jobs"})
    restartable.start()
    assert automations.invoke({"task": "jobs"}) == {"jobs": {}}
