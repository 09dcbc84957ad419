"""A worker that is killed in the middle: its work is undone and done again, or given up and said so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.automations.tasks import make_handler
from services.automations.tools import Tools
from services.shared.settings import Settings
from tests.integration.transfers.support import MANY, count, job_of, many, send_file
from tests.support.files import CREDENTIALS
from tests.support.world import Api, World

ROOT = Path(__file__).parents[3]
WORKER = "import json, sys; from services.automations.handler import handler; handler(json.loads(sys.argv[1]), None)"
WAIT_SECONDS = 60.0
MESSAGE_ID = "11111111-2222-4333-8444-555555555555"


def message_of(job: str) -> dict[str, object]:
    """What SQS brings of a job that was announced."""
    body = json.dumps({"task": "jobs", "job": job})
    return {"Records": [{"messageId": MESSAGE_ID, "body": body, "eventSource": "aws:sqs"}]}


@contextmanager
def running(world: World, settings: Settings, event: dict[str, object]) -> Iterator[subprocess.Popen[bytes]]:
    """A worker's process, which is dead afterwards."""
    environment = {
        "SKEP_DATABASE_URL": world.url("skep_job"),
        "SKEP_FILES_BUCKET": settings.files_bucket or "",
        "SKEP_FILES_ENDPOINT": settings.files_endpoint or "",
        "AWS_REGION": settings.region or "",
        "PATH": os.environ["PATH"],
        **CREDENTIALS,
    }
    command = [sys.executable, "-c", WORKER, json.dumps(event)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def kill_in_the_middle(world: World, settings: Settings, event: dict[str, object], *, attempt: int = 1) -> None:
    """Starts a worker, waits until this attempt at the one job has written some lines, and kills it."""
    under_way = "SELECT 1 FROM skep.jobs WHERE progress > 0 AND state = 'running' AND attempts = %s"
    with running(world, settings, event) as process:
        deadline = time.monotonic() + WAIT_SECONDS
        while not world.owner(under_way, (attempt,)):
            assert time.monotonic() < deadline
            assert process.poll() is None, "it should not have ended by itself"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        assert process.wait(WAIT_SECONDS) == -signal.SIGKILL


def silence(world: World) -> None:
    """Lets the worker have been silent for two minutes."""
    world.owner("UPDATE skep.jobs SET heartbeat_at = now() - interval '3 minutes'")


def test_an_import_whose_worker_was_killed_is_done_again_and_nothing_is_doubled(
    api: Api, world: World, settings: Settings, tools: Tools
) -> None:
    asked = send_file(api, "sam", many("Killed"), "apply=true")
    kill_in_the_middle(world, settings, {"task": "jobs"})
    assert count(world, "Killed") == 0
    assert job_of(api, "sam", asked)["state"] == "running"
    sweep = make_handler(tools)
    assert sweep({"task": "jobs"}, None) == {"jobs": {}}, "its worker may only be slow"
    silence(world)
    assert sweep({"task": "jobs"}, None) == {"jobs": {"done": 1}}
    job = job_of(api, "sam", asked)
    assert (job["state"], job["progress"], job["result"]["created"]) == ("done", MANY, MANY)
    assert count(world, "Killed") == MANY
    logged = world.owner(
        "SELECT change_set, count(*) FROM skep.change_log WHERE after ->> 'company' LIKE 'Killed %%' GROUP BY 1"
    )
    assert logged == [(job["change_set"], MANY)]


def test_a_job_that_kills_its_worker_each_time_is_given_up_and_its_message_ends_with_the_dead(
    api: Api, world: World, settings: Settings, tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = send_file(api, "sam", many("Poison"), "apply=true")
    message = message_of(job_of(api, "sam", asked)["id"])
    for attempt in (1, 2, 3):  # SQS brings it again after each crash
        kill_in_the_middle(world, settings, message, attempt=attempt)
        silence(world)
    answer = make_handler(tools)(message, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": MESSAGE_ID}]}
    job = job_of(api, "sam", asked)
    assert job["state"] == "failed"
    assert {name: job["error"][name] for name in ("code", "status", "attempts")} == {
        "code": "interrupted",
        "status": 500,
        "attempts": 3,
    }
    assert "Nothing was changed" in job["error"]["detail"]
    assert count(world, "Poison") == 0
    assert "interrupted" in capsys.readouterr().out
