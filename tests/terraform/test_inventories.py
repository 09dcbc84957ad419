"""What each environment consists of is what stands in tests/terraform/inventories/."""

from __future__ import annotations

import difflib

import pytest

from tests.terraform.inventory import INVENTORIES, JOBS, render_inventory
from tests.terraform.places import ENVIRONMENTS
from tests.terraform.workshop import Done, Job

HOW = "If that is meant: `python -m tests.terraform --write`, and read what git shows."


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_an_environment_is_what_its_inventory_says(done: Done, job: Job) -> None:
    said = done.broken or "\n".join(run.said for run in done.runs if run.status != "pass")
    if said:
        pytest.fail(said, pytrace=False)
    environment = job.folder.rpartition("/")[2]
    path = INVENTORIES / f"{environment}.txt"
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    now = render_inventory(environment, done.runs)
    lines = difflib.unified_diff(there.splitlines(), now.splitlines(), path.name, "now", lineterm="", n=2)
    if there != now:
        pytest.fail("\n".join([*lines, HOW]), pytrace=False)


def test_every_environment_has_its_inventory_and_every_inventory_its_environment() -> None:
    assert {path.stem for path in INVENTORIES.iterdir()} == set(ENVIRONMENTS) == set(JOBS)
