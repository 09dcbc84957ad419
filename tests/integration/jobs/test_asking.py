"""Jobs at the REST door: when an undo becomes one, who sees it, who cancels it."""

from __future__ import annotations

import psycopg2
import pytest
from werkzeug.test import TestResponse

from services.shared.database import Database
from tests.integration.jobs.support import LARGE, MakeJob, count_living, import_many
from tests.support.world import Api, World


def undo(api: Api, who: str, change_set: str, **headers: str) -> TestResponse:
    return api.call(who, "POST", f"/v1/change-sets/{change_set}/undo", headers=headers)


@pytest.fixture(scope="module")
def large(world: World) -> str:
    """A change set that is too large for a request, of sam's."""
    return import_many(world, "sam", LARGE)


def test_an_undo_beyond_what_a_request_can_do_is_accepted_as_a_job(workspace_api: Api, large: str) -> None:
    answer = undo(workspace_api, "sam", large)
    job = answer.get_json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert job == {
        "id": job["id"],
        "kind": "undo",
        "args": {"change_set": large, "skip_conflicts": False},
        "state": "queued",
        "progress": 0,
        "total": None,
        "change_set": None,
        "result": None,
        "error": None,
        "created_at": job["created_at"],
        "started_at": None,
        "finished_at": None,
    }
    seen = workspace_api.call("sam", "GET", answer.headers["Location"])
    assert (seen.status_code, seen.get_json(), seen.headers["Retry-After"]) == (200, job, "1")


def test_the_same_idempotency_key_names_the_same_job(workspace_api: Api, large: str) -> None:
    first, second = (undo(workspace_api, "sam", large, **{"Idempotency-Key": "one undo"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.headers["Location"] == second.headers["Location"]


def test_a_change_set_that_you_see_nothing_of_answers_404_however_large(workspace_api: Api, large: str) -> None:
    assert undo(workspace_api, "sid", large).status_code == 404


def test_a_small_undo_is_done_at_once(workspace_api: Api, world: World) -> None:
    change_set = import_many(world, "sam", 3)
    answer = undo(workspace_api, "sam", change_set)
    nothing_left = {"conflicts": [], "conflict_count": 0, "hidden": 0}
    assert (answer.status_code, answer.get_json()) == (200, {"undone": change_set, **nothing_left})
    assert count_living(world, change_set) == 0


def test_below_iam_a_job_is_looked_at_below_iam(workspace_api: Api, world: World, large: str) -> None:
    arn = "arn:aws:iam::123456789012:role/undoer"
    made = "INSERT INTO clients (name, person_id, role, iam_arn) VALUES ('Undoer', %s, 'viewer', %s)"
    world.owner(made, (world.ids["vic"], arn))
    environ = {"skep.user_arn": arn}
    path = f"/iam/v1/change-sets/{large}/undo"
    answer = workspace_api.call(None, "POST", path, environ_base=environ)
    assert (answer.status_code, answer.headers["Location"][:13]) == (202, "/iam/v1/jobs/")


def test_another_principals_job_answers_404(workspace_api: Api, make_job: MakeJob) -> None:
    path = f"/v1/jobs/{make_job('sam')}"
    for who in ("sue", "mia", "vic"):
        assert workspace_api.call(who, "GET", path).status_code == 404
        assert workspace_api.call(who, "POST", f"{path}/cancel").status_code == 404
    assert workspace_api.call("sam", "GET", path).get_json()["state"] == "queued"


def test_an_admin_sees_and_cancels_every_job(workspace_api: Api, make_job: MakeJob) -> None:
    path = f"/v1/jobs/{make_job('sam')}"
    assert workspace_api.call("ada", "GET", path).status_code == 200
    assert workspace_api.call("ada", "POST", f"{path}/cancel").get_json()["state"] == "cancelled"


def test_a_job_that_waits_is_cancelled_at_once_and_never_run(
    workspace_api: Api, make_job: MakeJob, worker: Database
) -> None:
    job = make_job("sam")
    cancelled = workspace_api.call("sam", "POST", f"/v1/jobs/{job}/cancel")
    assert (cancelled.status_code, cancelled.get_json()["state"]) == (200, "cancelled")
    assert cancelled.get_json()["finished_at"] is not None
    while claimed := worker.run("SELECT id FROM skep.claim_job('{undo}')", write=True):
        assert claimed[0][0] != job
    assert workspace_api.call("sam", "POST", f"/v1/jobs/{job}/cancel").status_code == 200


@pytest.mark.parametrize("job", ["00000000-0000-7000-8000-000000000000", "x", "0"])
def test_no_job_answers_404(workspace_api: Api, job: str) -> None:
    assert workspace_api.call("ada", "GET", f"/v1/jobs/{job}").status_code == 404
    assert workspace_api.call("ada", "POST", f"/v1/jobs/{job}/cancel").status_code == 404


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM skep.claim_job('{undo}')",
        "SELECT skep.act_for_job(%s)",
        "SELECT skep.report_job(%s, 1, 1, 1)",
        "SELECT skep.finish_job(%s, 1, '{}')",
        "SELECT skep.give_up_job(%s, 1, '{}', true)",
        "SELECT state FROM skep.jobs WHERE id = %s",
    ],
)
def test_the_application_can_neither_work_nor_read_the_table(world: World, make_job: MakeJob, statement: str) -> None:
    job = make_job()
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        world.caller("ada").run(statement, (job,) if "%s" in statement else ())


def test_a_worker_reaches_the_table_only_through_functions(worker: Database) -> None:
    for statement in ("SELECT FROM skep.jobs", "UPDATE skep.jobs SET state = 'done'", "DELETE FROM skep.jobs"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            worker.run(statement)


def test_nobody_asks_for_a_job_in_nobodys_name(world: World) -> None:
    with pytest.raises(psycopg2.OperationalError) as refused:
        world.database.run("SELECT skep.create_job('undo', '{}', true)")
    assert refused.value.pgcode == "28000"
