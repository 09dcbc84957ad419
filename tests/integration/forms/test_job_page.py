"""A job's page: cancelling it, and the file that it made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from services.automations.jobs import run_jobs
from services.automations.kinds import make_kinds
from services.automations.tools import make_tools
from services.forms.app import build_app
from services.forms.csrf import HEADER, token_of
from services.forms.visitor import COOKIE
from services.records.jobs import create_job
from services.shared.caller import Caller, Credential
from services.shared.database import Database
from services.shared.outside import ask
from services.shared.settings import Settings
from tests.integration.forms.conftest import Visit
from tests.integration.jobs.support import UNDO, count_living, import_many
from tests.support.files import run_file_store
from tests.support.world import World


@pytest.fixture(scope="module")
def settings(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with a file store that runs."""
    with run_file_store(world.settings, tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture(autouse=True)
def _jobs(world: World) -> Iterator[None]:
    """No test does another's jobs: the order is random."""
    yield
    world.owner("DELETE FROM skep.jobs")


def sign_in(world: World, name: str) -> Caller:
    """A person's session, whose token is their name."""
    credential = Credential.from_secret("session", name)
    made = "INSERT INTO skep.credentials (kind, hash, person_id, expires_at) VALUES ('session', %s, %s, 'infinity')"
    world.owner(made, (credential.value, world.ids[name]))
    return Caller(world.database, credential, "forms")


def test_a_job_is_cancelled_on_its_page(signed_in: Visit, world: World) -> None:
    sam, change_set = signed_in("sam"), import_many(world, "sam", 5_200)
    page = sam.submit(sam.get(f"/changes/{change_set}").form("/undo"))
    cancel = page.form("/cancel")
    for _ in range(2):  # the second finds it cancelled
        page = sam.submit(cancel)
        assert "Cancelled" in page.text
    worker = Database(world.url("skep_job"))
    assert run_jobs(worker, lambda: 900.0, UNDO) == {}
    worker.close()
    assert count_living(world, change_set) == 5_200


def test_an_export_is_downloaded_from_its_page(world: World, settings: Settings) -> None:
    caller = sign_in(world, "vic")
    args: dict[str, Any] = {"table": "teams", "format": "csv", "filters": [], "q": None, "sort": None, "fields": "name"}
    job = create_job(caller, "export", args, idempotent=True).id
    tools = make_tools(settings, Database(world.url("skep_job")))
    assert run_jobs(tools.database, lambda: 900.0, make_kinds(tools)) == {"done": 1}
    tools.database.close()
    client = build_app(settings, world.database).test_client()
    client.set_cookie(COOKIE, "vic")
    page = client.get(f"/jobs/{job}").get_data(as_text=True)
    assert "Download teams-" in page
    url = page.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    with ask("GET", url, timeout_seconds=10.0) as answer:
        assert answer.read().decode("utf-8-sig").split() == ["Name", "North", "South"]


def test_the_page_of_a_rehearsal_says_what_would_happen_and_gives_the_refused_lines(
    world: World, settings: Settings
) -> None:
    sign_in(world, "sid")
    client = build_app(settings, world.database).test_client()
    client.set_cookie(COOKIE, "sid")
    lines = "".join(f"Rehearsed {number},XXXX\n" for number in range(5_500))
    sent = {"data": f"Company,Currency\n{lines}".encode(), "content_type": "text/csv"}
    job = client.post("/app/api/customers/import", **sent, headers={HEADER: token_of("sid")}).get_json()["id"]
    tools = make_tools(settings, Database(world.url("skep_job")))
    assert run_jobs(tools.database, lambda: 900.0, make_kinds(tools)) == {"done": 1}
    tools.database.close()
    page = client.get(f"/jobs/{job}").get_data(as_text=True)
    assert "A rehearsal, which changed nothing: 0 created, 0 updated, 0 unchanged, 5500 refused" in page
    assert "Download customers-refused-" in page


def test_a_session_imports_and_looks_at_its_job_below_its_own_prefix(world: World, settings: Settings) -> None:
    sign_in(world, "sue")
    app: Flask = build_app(settings, world.database)
    client = app.test_client()
    client.set_cookie(COOKIE, "sue")
    lines = "".join(f"Browsed {number}\n" for number in range(5_500))
    sent = {"data": f"Company\n{lines}".encode(), "content_type": "text/csv"}
    assert client.post("/app/api/customers/import", **sent).status_code == 403, "without the header of a form of ours"
    headers = {HEADER: token_of("sue")}
    accepted = client.post("/app/api/customers/import", **sent, headers=headers)
    assert (accepted.status_code, accepted.headers["Location"][:14]) == (202, "/app/api/jobs/")
    assert client.get(accepted.headers["Location"]).get_json()["state"] == "queued"
    assert client.post("/app/api/files", json={"name": "x"}, headers=headers).status_code == 201
