"""Every `run` of every test file of Terraform's, a test each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.terraform.places import list_folders, list_runs, list_test_files
from tests.terraform.workshop import Job, Workshop

RUNS = [
    pytest.param(Job(folder, file), run, id=f"{folder}/{file.removesuffix('.tftest.hcl')}: {run}")
    for folder in list_folders()
    for file in list_test_files(folder)
    for run in list_runs(folder, file)
]


@pytest.mark.parametrize(("job", "run"), RUNS)
def test_terraform(workshop: Workshop, job: Job, run: str, took: Callable[[float], None]) -> None:
    done = workshop.done(job)
    if done.broken:
        pytest.fail(done.broken, pytrace=False)
    own = {one.name: one for one in done.runs}[run]
    took(own.seconds)
    if own.status != "pass":
        pytest.fail(own.said or f"{own.status}: what came before it in {job} failed", pytrace=False)
