"""SQS messages that announce jobs: each is answered alone, and what can't be done comes again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.automations.tasks import make_handler
from services.automations.tools import Tools, make_tools
from services.local.api_gateway.http_server import HttpServer
from services.local.api_gateway.messages import Request, Response
from services.records.jobs import cancel_job, get_job
from services.shared.database import Database
from services.workspace.app import build_app as build_workspace
from tests.integration.jobs.support import LARGE, MakeJob, count_living, import_many
from tests.support.world import Api, World

Handle = Callable[..., list[str]]


def body_of(job: str) -> str:
    return json.dumps({"task": "jobs", "job": job})


@pytest.fixture
def tools(world: World, worker: Database) -> Tools:
    """What a worker has at hand."""
    return make_tools(world.settings, worker)


@pytest.fixture
def handle(tools: Tools) -> Handle:
    """Brings messages of these bodies, and gives the numbers of those that are to come again."""

    def bring(*bodies: str, context: Any = None) -> list[str]:
        records = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
        answer = make_handler(tools)({"Records": records}, context)
        assert set(answer) == {"batchItemFailures"}
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    return bring


def state(world: World, job: str) -> str:
    return str(get_job(world.caller("ada"), job)["state"])


def test_a_message_has_its_job_done_and_no_other(world: World, handle: Handle, make_job: MakeJob) -> None:
    change_set = import_many(world, "sam", 3)
    older, named = make_job(), make_job(change_set=change_set)
    assert handle(body_of(named)) == []
    assert (state(world, named), state(world, older)) == ("done", "queued")
    assert count_living(world, change_set) == 0


def test_a_message_that_comes_twice_has_its_job_done_once(world: World, handle: Handle, make_job: MakeJob) -> None:
    job = make_job()
    assert handle(body_of(job), body_of(job)) == []
    assert world.owner("SELECT attempts FROM skep.jobs WHERE id = %s", (job,)) == [(1,)]
    assert handle(body_of(job)) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "null",
        "1",
        "{}",
        '{"task": "jobs"}',
        '{"task": "jobs", "job": null}',
        '{"task": "jobs", "job": 7}',
        '{"task": "jobs", "job": "x"}',
        '{"task": "maintain", "job": "00000000-0000-7000-8000-000000000000"}',
        '{"task": "jobs", "job": "00000000-0000-7000-8000-000000000000"}',
    ],
)
def test_a_message_that_names_no_job_fails_alone(world: World, handle: Handle, make_job: MakeJob, body: str) -> None:
    first, last = make_job(), make_job()
    assert handle(body_of(first), body, body_of(last)) == ["1"]
    assert (state(world, first), state(world, last)) == ("done", "done")


def test_a_record_without_a_body_fails_alone(tools: Tools) -> None:
    answer = make_handler(tools)({"Records": [{"messageId": "a"}]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "a"}]}
    assert make_handler(tools)({"Records": []}, None) == {"batchItemFailures": []}


def test_a_job_that_was_cancelled_or_failed_for_a_reason_is_answered(
    world: World, handle: Handle, make_job: MakeJob
) -> None:
    cancelled, failing = make_job("sam"), make_job("sam", change_set="00000000-0000-7000-8000-000000000000")
    cancel_job(world.caller("sam"), cancelled)
    assert handle(body_of(cancelled), body_of(failing)) == []
    assert (state(world, cancelled), state(world, failing)) == ("cancelled", "failed")


def test_a_job_that_another_worker_is_at_comes_again(
    world: World, handle: Handle, make_job: MakeJob, worker: Database
) -> None:
    job = make_job()
    assert worker.run("SELECT id FROM skep.claim_job('{undo}')", write=True) == [(job,)]
    assert handle(body_of(job)) == ["0"]
    world.owner("UPDATE skep.jobs SET heartbeat_at = now() - interval '3 minutes'")
    assert handle(body_of(job)) == []
    assert state(world, job) == "done"


def test_a_job_of_a_kind_that_this_worker_does_not_know_comes_again(handle: Handle, make_job: MakeJob) -> None:
    assert handle(body_of(make_job(kind="of the next release"))) == ["0"]


class Late:
    """Lambda's context shortly before the end."""

    aws_request_id = "late"

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's context has it."""
        return 30_000


def test_with_little_time_left_a_message_comes_again(world: World, handle: Handle, make_job: MakeJob) -> None:
    job = make_job()
    assert handle(body_of(job), context=Late()) == ["0"]
    assert state(world, job) == "queued"


def test_a_database_that_does_not_answer_lets_all_messages_come_again(world: World, make_job: MakeJob) -> None:
    away = make_tools(world.settings, Database("postgresql://skep_job@127.0.0.1:1/nothing"))
    records = [{"messageId": name, "body": body_of(make_job())} for name in "ab"]
    answer = make_handler(away)({"Records": records}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}


def test_a_lost_job_that_was_tried_three_times_fails_and_says_how_often(
    world: World, make_job: MakeJob, worker: Database
) -> None:
    job = make_job()
    for attempt in (1, 2, 3):
        assert worker.run("SELECT id, attempts FROM skep.claim_job('{undo}')", write=True) == [(job, attempt)]
        world.owner("UPDATE skep.jobs SET heartbeat_at = now() - interval '3 minutes'")
    assert worker.run("SELECT id FROM skep.claim_job('{undo}')", write=True) == []
    seen = get_job(world.caller("sam"), job)
    assert (seen["state"], seen["error"]["code"], seen["error"]["attempts"]) == ("failed", "interrupted", 3)


@pytest.mark.parametrize("status", [200, 500])
def test_a_job_is_announced_once_it_is_in_the_database(
    world: World, handle: Handle, make_job: MakeJob, status: int
) -> None:
    seen: list[Request] = []

    def queue(request: Request) -> Response:
        seen.append(request)
        message = json.loads(json.loads(request.body)["MessageBody"])
        assert state(world, message["job"]) == "queued"
        return Response(status, [], b"{}")

    server = HttpServer("127.0.0.1", 0, queue)
    server.start()
    try:
        settings = replace(
            world.settings,
            work_queue_url=f"http://{server.address}/000000000000/work",
            region="eu-west-1",
            environment={"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"},
        )
        api = Api(build_workspace(settings, world.database))
        change_set = import_many(world, "sam", LARGE)
        asked = api.call("sam", "POST", f"/v1/change-sets/{change_set}/undo")
        refused = api.call("sid", "POST", f"/v1/change-sets/{change_set}/undo")
    finally:
        server.stop()
    assert (asked.status_code, refused.status_code, len(seen)) == (202, 404, 1)
    sent = json.loads(json.loads(seen[0].body)["MessageBody"])
    assert sent == {"task": "jobs", "job": asked.get_json()["id"]}
    assert handle(json.dumps(sent)) == []
    assert state(world, sent["job"]) == "done"
    world.owner("DELETE FROM skep.jobs")
