"""A worker's part: each job once, in its principal's name, to its end or to none."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest

from services.automations.acting import Acting, Job, NotRunning, act_for
from services.automations.jobs import run_jobs
from services.automations.kinds import Work
from services.automations.tools import make_tools
from services.local.worker import Worker
from services.records.changes import Progress
from services.records.jobs import cancel_job, get_job
from services.shared.database import Database
from services.shared.errors import Invalid
from tests.integration.jobs.support import UNDO, MakeJob, count_living, import_many
from tests.support.world import World

MADE = "INSERT INTO customers (company, currency) VALUES (%s, 'USD')"


def endless() -> float:
    """The time that is left where nothing ends it."""
    return math.inf


def run(worker: Database, work: Work) -> dict[str, int]:
    """Runs the jobs of the kind `test`."""
    return run_jobs(worker, endless, {"test": work})


def see(world: World, job: str) -> dict[str, Any]:
    """A job as an admin sees it."""
    return get_job(world.caller("ada"), job)


def is_there(world: World, company: str) -> bool:
    return bool(world.owner("SELECT 1 FROM customers WHERE company = %s", (company,)))


def silence(world: World, job: str) -> None:
    """Lets a job's worker have been silent for too long."""
    world.owner("UPDATE skep.jobs SET heartbeat_at = now() - interval '3 minutes' WHERE id = %s", (job,))


def test_an_undo_is_done_in_the_name_of_the_one_who_asked(world: World, worker: Database, make_job: MakeJob) -> None:
    change_set = import_many(world, "sam", 3)
    job = make_job("sam", change_set=change_set)
    assert run_jobs(worker, endless, UNDO) == {"done": 1}
    seen = see(world, job)
    assert (seen["state"], seen["progress"], seen["error"]) == ("done", 3, None)
    assert seen["result"] == {"undone": change_set, "conflicts": [], "conflict_count": 0, "hidden": 0}
    assert count_living(world, change_set) == 0
    logged = world.owner(
        "SELECT DISTINCT undoes, door, principal_id, person_id FROM skep.change_log WHERE change_set = %s",
        (seen["change_set"],),
    )
    assert logged == [(change_set, "rest", world.ids["sam's client"], world.ids["sam"])]


def test_two_workers_never_have_the_same_job(world: World, make_job: MakeJob) -> None:
    change_set = import_many(world, "sam", 1)
    jobs = {make_job("sam", change_set=change_set) for _ in range(30)}
    claimed: list[str] = []

    def claim() -> None:
        database = Database(world.url("skep_job"))
        while rows := database.run("SELECT id FROM skep.claim_job('{undo}')", write=True):
            claimed.append(rows[0][0])
        database.close()

    threads = [threading.Thread(target=claim) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(claimed), set(claimed)) == (30, jobs)


def test_a_running_job_tells_how_far_it_is(world: World, worker: Database, make_job: MakeJob) -> None:
    job = make_job(kind="test")
    seen: list[dict[str, Any]] = []

    def work(acting: Acting, args: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        progress(3, 10)
        until = time.monotonic() + 20
        while time.monotonic() < until and (now := see(world, job))["progress"] != 3:
            time.sleep(0.05)
        seen.append(now)
        return {}

    assert run(worker, work) == {"done": 1}
    assert [(s["state"], s["progress"], s["total"]) for s in seen] == [("running", 3, 10)]
    assert see(world, job)["state"] == "done"


def test_a_running_job_that_is_cancelled_stops_and_leaves_nothing(
    world: World, worker: Database, make_job: MakeJob
) -> None:
    job = make_job(kind="test")

    def work(acting: Acting, args: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        acting.run(MADE, ("Cancelled Ltd",))
        assert cancel_job(world.caller("sam"), job)["state"] == "cancelled"
        until = time.monotonic() + 20
        while time.monotonic() < until:
            progress(1, 2)
            time.sleep(0.05)
        return {}

    assert run(worker, work) == {"lost": 1}
    assert see(world, job)["state"] == "cancelled"
    assert not is_there(world, "Cancelled Ltd")


def test_a_job_that_is_cancelled_at_its_very_end_leaves_nothing(
    world: World, worker: Database, make_job: MakeJob
) -> None:
    job = make_job(kind="test")

    def work(acting: Acting, args: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        acting.run(MADE, ("Too Late Ltd",))
        cancel_job(world.caller("sam"), job)
        return {}

    assert run(worker, work) == {"lost": 1}
    assert not is_there(world, "Too Late Ltd")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Invalid("The line 3 is wrong."), ("invalid", "The line 3 is wrong.")),
        (KeyError("secret"), ("internal", "Something went wrong on our side. Tell us the id of this job.")),
    ],
)
def test_a_job_that_fails_says_why_and_leaves_nothing(
    world: World, worker: Database, make_job: MakeJob, error: Exception, reason: tuple[str, str]
) -> None:
    job = make_job(kind="test")

    def work(acting: Acting, args: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        acting.run(MADE, ("Failed Ltd",))
        raise error

    assert run(worker, work) == {"failed": 1}
    seen = see(world, job)
    assert (seen["state"], (seen["error"]["code"], seen["error"]["detail"])) == ("failed", reason)
    assert seen["finished_at"] is not None
    assert not is_there(world, "Failed Ltd")


def test_a_job_whose_connection_was_killed_is_done_again(world: World, worker: Database, make_job: MakeJob) -> None:
    job = make_job(kind="test")
    tries: list[int] = []

    def work(acting: Acting, args: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        tries.append(len(tries) + 1)
        acting.run(MADE, ("Killed Ltd",))
        if len(tries) == 1:
            acting.run("SELECT pg_terminate_backend(pg_backend_pid())")
        return {"tries": len(tries)}

    assert run(worker, work) == {"queued": 1, "done": 1}
    assert see(world, job)["result"] == {"tries": 2}
    assert is_there(world, "Killed Ltd")


def test_a_job_whose_worker_fell_silent_is_another_workers_and_the_first_one_changes_nothing(
    world: World, worker: Database, make_job: MakeJob
) -> None:
    job, other = make_job(kind="test"), Database(world.url("skep_job"))

    def lose(acting: Acting) -> dict[str, Any]:
        acting.run(MADE, ("Twice Ltd",))
        silence(world, job)
        assert run(other, lambda *_: {"by": "other"}) == {"done": 1}
        return {"by": "first"}

    claimed = worker.run("SELECT id, attempts FROM skep.claim_job('{test}')", write=True)
    with pytest.raises(NotRunning):
        act_for(worker, Job(claimed[0][0], "test", {}, claimed[0][1]), lose)
    other.close()
    assert see(world, job)["result"] == {"by": "other"}
    assert not is_there(world, "Twice Ltd")


def test_a_job_that_may_not_be_begun_again_fails_when_its_worker_falls_silent(
    world: World, worker: Database, make_job: MakeJob
) -> None:
    job = make_job(kind="test")
    world.owner("UPDATE skep.jobs SET idempotent = false WHERE id = %s", (job,))
    assert worker.run("SELECT id FROM skep.claim_job('{test}')", write=True)
    silence(world, job)
    assert run(worker, lambda *_: {}) == {}
    seen = see(world, job)
    assert (seen["state"], seen["error"]["code"]) == ("failed", "interrupted")


def test_a_job_that_nobody_claimed_gives_its_worker_no_caller(worker: Database, make_job: MakeJob) -> None:
    with pytest.raises(NotRunning):
        act_for(worker, Job(make_job(), "undo", {}, 1), lambda _: {})


def test_what_waits_is_done_by_the_thread_of_one_machine(
    world: World, make_job: MakeJob, capsys: pytest.CaptureFixture[str]
) -> None:
    job, until = make_job(), time.monotonic() + 30
    with Worker(make_tools(world.settings, Database(world.url("skep_job")))):
        while time.monotonic() < until and see(world, job)["state"] != "done":
            time.sleep(0.1)
    assert see(world, job)["state"] == "done"
    assert '"jobs":{"done":1}' in capsys.readouterr().out
