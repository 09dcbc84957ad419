"""The undo of much as a job, to its end; and what it meets when things have changed since it was asked for."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest

from services.automations.jobs import run_jobs
from services.automations.tasks import make_handler
from services.automations.tools import make_tools
from services.records.jobs import create_job, get_job
from services.shared.caller import Caller, Credential
from services.shared.database import Database
from tests.integration.jobs.support import LARGE, UNDO, MakeJob, change_one, count_living, import_many
from tests.support.world import Api, World


@dataclass
class Context:
    """What Lambda tells of the time that is left: the first answer, then the second, and so on to the last."""

    seconds: list[float]

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's context has it."""
        return int((self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]) * 1000)


def seconds_of(context: Context) -> Callable[[], float]:
    """What a run is told of the time that is left."""
    return lambda: context.get_remaining_time_in_millis() / 1000


def run_all(worker: Database) -> dict[str, int]:
    return run_jobs(worker, lambda: math.inf, UNDO)


def sign_in(world: World, name: str) -> Caller:
    """A person's session at the forms."""
    credential = Credential.from_secret("session", f"session of {name}")
    world.owner(
        "INSERT INTO skep.credentials (kind, hash, person_id, expires_at)"
        " VALUES ('session', %s, %s, now() + interval '1 hour')",
        (credential.value, world.ids[name]),
    )
    return Caller(world.database, credential, "forms")


def test_an_import_of_thousands_is_undone_by_the_task_that_runs_jobs(
    workspace_api: Api, world: World, worker: Database
) -> None:
    change_set = import_many(world, "sam", LARGE)
    asked = workspace_api.call("sam", "POST", f"/v1/change-sets/{change_set}/undo")
    assert asked.status_code == 202
    with redirect_stdout(io.StringIO()) as log:
        assert make_handler(make_tools(world.settings, worker))({"task": "jobs"}, Context([900])) == {
            "jobs": {"done": 1}
        }
    assert json.loads(log.getvalue())["jobs"] == {"done": 1}
    job = workspace_api.call("sam", "GET", asked.headers["Location"]).get_json()
    assert (job["state"], job["progress"], job["total"]) == ("done", LARGE, LARGE)
    assert job["result"] == {"undone": change_set, "conflicts": [], "conflict_count": 0, "hidden": 0}
    assert count_living(world, change_set) == 0
    undone = workspace_api.call("sam", "GET", f"/v1/change-sets/{change_set}").get_json()
    assert undone["undone_by"] == job["change_set"]


def test_with_little_time_left_a_job_waits_for_the_next_run(world: World, worker: Database, make_job: MakeJob) -> None:
    job = make_job()
    with redirect_stdout(io.StringIO()):
        assert make_handler(make_tools(world.settings, worker))({"task": "jobs"}, Context([30])) == {"jobs": {}}
    assert get_job(world.caller("ada"), job)["state"] == "queued"


def test_a_job_that_runs_out_of_time_is_undone_and_tried_three_times(
    world: World, worker: Database, make_job: MakeJob
) -> None:
    change_set = import_many(world, "sam", 3)
    job = make_job(change_set=change_set)
    for outcome in ["queued"] * 2 + ["failed"]:
        assert run_jobs(worker, seconds_of(Context([900, 10])), UNDO) == {outcome: 1}
        assert count_living(world, change_set) == 3
    assert get_job(world.caller("ada"), job)["error"]["code"] == "out_of_time"


def test_what_stands_in_the_way_is_the_reason_that_the_job_gives(
    world: World, worker: Database, make_job: MakeJob
) -> None:
    change_set = import_many(world, "sam", 3)
    changed = change_one(world, change_set)
    job, skipping = make_job(change_set=change_set), make_job(change_set=change_set, skip=True)
    assert run_all(worker) == {"failed": 1, "done": 1}
    conflicts = [{"table": "opportunities", "id": changed, "reason": "changed_since", "fields": ["notes"]}]
    error = get_job(world.caller("sam"), job)["error"]
    assert {n: error[n] for n in ("status", "code", "conflicts", "conflict_count", "hidden")} == {
        "status": 409,
        "code": "conflict",
        "conflicts": conflicts,
        "conflict_count": 1,
        "hidden": 0,
    }
    result = get_job(world.caller("sam"), skipping)["result"]
    assert result == {"undone": change_set, "conflicts": conflicts, "conflict_count": 1, "hidden": 0}
    assert count_living(world, change_set) == 1


def revoke_key(world: World) -> None:
    """The client's only key ends."""
    world.owner("UPDATE skep.credentials SET revoked_at = now() WHERE client_id = %s", (world.ids["sue's client"],))


def delete_client(world: World) -> None:
    """The client is deleted."""
    world.owner("UPDATE clients SET deleted_at = now() WHERE id = %s", (world.ids["sid's client"],))


@pytest.mark.parametrize(("who", "end"), [("sue", revoke_key), ("sid", delete_client)])
def test_a_job_of_a_principal_that_is_gone_changes_nothing(
    world: World, worker: Database, make_job: MakeJob, who: str, end: Callable[[World], None]
) -> None:
    change_set = import_many(world, who, 3)
    job = make_job(who, change_set=change_set)
    end(world)
    assert run_all(worker) == {"failed": 1}
    error: dict[str, Any] = get_job(world.caller("ada"), job)["error"]
    assert (error["code"], error["detail"]) == ("unauthorized", "Whoever asked for this may no longer use Skep.")
    assert count_living(world, change_set) == 3


def test_a_job_has_the_role_that_its_principal_has_by_now(world: World, worker: Database, make_job: MakeJob) -> None:
    change_set = import_many(world, "mia", 3)
    job = make_job("mia", change_set=change_set)
    world.owner("UPDATE clients SET role = 'viewer' WHERE id = %s", (world.ids["mia's client"],))
    assert run_all(worker) == {"failed": 1}
    error = get_job(world.caller("ada"), job)["error"]
    assert {c["reason"] for c in error["conflicts"]} == {"forbidden"}
    assert count_living(world, change_set) == 3


def test_a_persons_job_outlives_the_session_but_not_the_person(world: World, worker: Database) -> None:
    session = sign_in(world, "max")
    first, second = (
        create_job(
            session, "undo", {"change_set": import_many(world, "max", 3), "skip_conflicts": False}, idempotent=True
        )
        for _ in range(2)
    )
    world.owner("UPDATE skep.jobs SET state = 'cancelled' WHERE id = %s", (second.id,))
    world.owner("UPDATE skep.credentials SET revoked_at = now() WHERE hash = %s", (session.credential.value,))
    assert run_all(worker) == {"done": 1}
    assert get_job(world.caller("ada"), first.id)["state"] == "done"
    world.owner("UPDATE skep.jobs SET state = 'queued' WHERE id = %s", (second.id,))
    world.owner("UPDATE clients SET deleted_at = now() WHERE id = %s", (world.ids["max's client"],))
    world.owner("UPDATE opportunities SET owner_id = NULL WHERE owner_id = %s", (world.ids["max"],))
    world.owner("UPDATE people SET deleted_at = now() WHERE id = %s", (world.ids["max"],))
    assert run_all(worker) == {"failed": 1}
    assert get_job(world.caller("ada"), second.id)["error"]["code"] == "unauthorized"


def test_jobs_are_forgotten_thirty_days_after_their_end(world: World, worker: Database, make_job: MakeJob) -> None:
    old, young, waiting = make_job(), make_job(), make_job()
    for job, days in ((old, 31), (young, 29)):
        world.owner(
            "UPDATE skep.jobs SET state = 'done', finished_at = now() - %s * interval '1 day' WHERE id = %s",
            (days, job),
        )
    world.owner("UPDATE skep.jobs SET created_at = now() - interval '40 days' WHERE id = %s", (waiting,))
    assert ("jobs", 1) in worker.run("SELECT kind, removed FROM skep.purge()", write=True)
    assert {row[0] for row in world.owner("SELECT id FROM skep.jobs")} >= {young, waiting}
    assert world.owner("SELECT id FROM skep.jobs WHERE id = %s", (old,)) == []
