"""What goes wrong in an image goes as on Lambda: time-outs, crashes, too much to say, and the end."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg2
import pytest

from services.local.lambda_runtime.failures import AnswerTooLarge, Crashed, FunctionError, TimedOut
from services.local.lambda_runtime.function import Function
from services.local.lambda_runtime.settings import FunctionSettings
from services.local.postgres.embedded import EmbeddedPostgres
from services.shared.lambda_adapter import MAX_ANSWER_BYTES
from tests.images.runtime.conftest import Launch
from tests.images.runtime.lambdas import TESTS, Lambdas
from tests.support.functions import environment_of, request
from tests.support.world import World

ACT = ("tests.gateway.troubled_handlers.act",)
LONGEST = '"' * 20_000
"""Each quote is escaped twice: in the record's JSON, and in the answer's."""


@pytest.fixture
def acting(lambdas: Lambdas) -> Function:
    """A function of an image's runtime client and packages that does what its event says, with a second for it."""
    start = lambdas.find("customers", command=ACT, mounts=TESTS)
    return Function(start, FunctionSettings("skep-acting", timeout_seconds=1.0, memory_mb=128))


@pytest.mark.parametrize(
    ("event", "error", "said"),
    [
        ({"sleep": 30}, TimedOut, "Task timed out after 1.00 seconds"),
        ({"exit": 3}, Crashed, "Runtime exited with error: exit status 3"),
        ({"exit": 255}, Crashed, "Runtime exited with error: exit status 255"),
        ({"signal": "SIGKILL"}, Crashed, "Runtime exited with error: signal: killed"),
        ({"signal": "SIGSEGV"}, Crashed, "Runtime exited with error: signal: segmentation fault"),
        ({"answer_bytes": MAX_ANSWER_BYTES + 1}, AnswerTooLarge, "exceeded maximum allowed payload size"),
    ],
)
def test_trouble_costs_one_answer_and_the_environment_but_not_the_next_event(
    acting: Function, event: dict[str, object], error: type[FunctionError], said: str
) -> None:
    with acting:
        with pytest.raises(error, match=said):
            acting.invoke(event)
        assert acting.invoke({})["pid"]
        assert acting.cold_starts == 2


def test_a_function_that_takes_more_memory_than_it_has_is_killed(lambdas: Lambdas) -> None:
    start = lambdas.find("customers", command=ACT, mounts=TESTS)
    with Function(start, FunctionSettings(memory_mb=128)) as function:
        with pytest.raises(Crashed, match="Runtime exited with error: signal: killed"):
            function.invoke({"answer_bytes": 400_000_000})
        assert function.invoke({})["pid"]


def test_a_container_is_lambda_s_sandbox(launch: Launch) -> None:
    runtime = launch("customers", {}, command=("tests.gateway.sandboxed.look",), mounts=TESTS)
    seen = runtime.invoke({})

    assert seen == {
        "user": [993, 990],
        "can_write": {"/var/task": False, "/": False, tempfile.gettempdir(): True},
        "is_first_process": False,
        "capabilities": "0000000000000000",
    }


def test_a_list_beyond_6_mb_is_refused_by_the_service_itself(launch: Launch, world: World) -> None:
    world.owner(
        "INSERT INTO customers (company, currency, notes)"
        " SELECT 'Long ' || n, 'EUR', %s FROM generate_series(1, 110) n",
        (LONGEST,),
    )
    runtime = launch("customers")
    answer = runtime.invoke(request("GET", "/v1/customers?limit=110&q=Long"))

    assert answer["statusCode"] == 413
    assert answer["multiValueHeaders"]["Content-Type"] == ["application/problem+json"]
    assert json.loads(answer["body"])["code"] == "too_large"
    few = runtime.invoke(request("GET", "/v1/customers?limit=50&q=Long"))
    assert few["statusCode"] == 200
    assert len(json.loads(few["body"])["items"]) == 50


def count_sessions(server: EmbeddedPostgres) -> int:
    """The services' sessions that the server has."""
    with closing(psycopg2.connect(server.url())) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'skep_app'")
        return int(cursor.fetchall()[0][0])


def wait_until_no_session(server: EmbeddedPostgres) -> None:
    """Waits for the server to see that its clients are gone."""
    deadline = time.monotonic() + 5
    while count_sessions(server):
        assert time.monotonic() < deadline, "a session is left"
        time.sleep(0.02)


@contextmanager
def lock(world: World) -> Iterator[None]:
    """Lets no one write customers."""
    connection = psycopg2.connect(world.url("skep_owner"))
    try:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE customers IN SHARE MODE")
        yield
    finally:
        connection.close()


def test_an_idle_environment_ends_at_sigterm_and_leaves_no_session_behind(
    launch: Launch, server: EmbeddedPostgres
) -> None:
    runtime = launch("customers")
    assert runtime.invoke(request("GET", "/v1/customers"))["statusCode"] == 200
    assert count_sessions(server) == 1

    assert runtime.terminate() < 1.5
    wait_until_no_session(server)


def test_a_write_that_sigterm_cut_short_is_made_once_when_it_is_sent_again(
    launch: Launch, world: World, server: EmbeddedPostgres
) -> None:
    event = request("POST", "/v1/customers", {"company": "Cut short Ltd"}, headers={"Idempotency-Key": "cut-short"})
    runtime = launch("customers")
    with ThreadPoolExecutor(1) as pool:
        with lock(world):
            answer = pool.submit(runtime.invoke, event)
            time.sleep(0.5)
            assert runtime.terminate() < 1.5
        with pytest.raises(Crashed, match="signal: terminated"):
            answer.result()
    wait_until_no_session(server)
    assert world.owner("SELECT count(*) FROM customers WHERE company = 'Cut short Ltd'") == [(0,)]
    assert launch("customers").invoke(event)["statusCode"] == 201
    assert world.owner("SELECT count(*) FROM customers WHERE company = 'Cut short Ltd'") == [(1,)]


def test_a_function_runs_as_many_environments_as_it_has_events(lambdas: Lambdas, world: World) -> None:
    start = lambdas.find("customers", environment_of("customers", world.url))
    with Function(start, FunctionSettings("skep-customers")) as function, ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: function.invoke(request("GET", "/v1/customers")), range(3)))
        assert [answer["statusCode"] for answer in answers] == [200] * 3
        assert function.cold_starts == 3
        assert function.read_log().count('"cold_start":1') == 3
