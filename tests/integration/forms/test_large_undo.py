"""An undo that is too much for one request: a job, and its page."""

from __future__ import annotations

from services.automations.jobs import run_jobs
from services.shared.database import Database
from tests.integration.forms.conftest import Visit
from tests.integration.jobs.support import UNDO, change_one, count_living, import_many
from tests.support.world import World


def test_a_large_undo_is_a_job_whose_page_tells_how_it_goes(signed_in: Visit, world: World) -> None:
    sam, change_set = signed_in("sam"), import_many(world, "sam", 5_200)
    changed = change_one(world, change_set)
    worker = Database(world.url("skep_job"))

    page = sam.submit(sam.get(f"/changes/{change_set}").form("/undo"))
    assert page.path.startswith("/jobs/")
    assert "Waiting to begin" in page.text
    assert page.answer.headers["Refresh"]

    run_jobs(worker, lambda: 900.0, UNDO)
    page = sam.get(page.path)
    assert "Not done" in page.text
    assert f"/tables/opportunities/{changed}" in page.links
    assert count_living(world, change_set) == 5_200

    page = sam.submit(page.form("/undo"))
    run_jobs(worker, lambda: 900.0, UNDO)
    page = sam.get(page.path)
    assert "Done" in page.text
    assert "left as they are: 1" in page.text
    assert count_living(world, change_set) == 1
    assert signed_in("mia").get(page.path).status == 404
    worker.close()
