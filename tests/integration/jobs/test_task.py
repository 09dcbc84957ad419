"""The same image as an ECS task: a process of its own that does what waits, and ends."""

from __future__ import annotations

import json
import subprocess
import sys

from services.records.jobs import get_job
from tests.integration.jobs.support import MakeJob
from tests.support.world import World


def run_task(url: str) -> subprocess.CompletedProcess[str]:
    """`python -m services.automations`, with nothing else in its environment."""
    command = [sys.executable, "-m", "services.automations"]
    return subprocess.run(
        command, env={"SKEP_DATABASE_URL": url}, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_task_does_all_jobs_that_wait_says_so_and_ends(world: World, make_job: MakeJob) -> None:
    jobs = [make_job("sam") for _ in range(2)]
    ended = run_task(world.url("skep_job"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["jobs"] == {"done": 2}
    assert [get_job(world.caller("ada"), job)["state"] for job in jobs] == ["done", "done"]


def test_a_task_with_nothing_to_do_ends(world: World) -> None:
    ended = run_task(world.url("skep_job"))
    assert (ended.returncode, json.loads(ended.stdout)["jobs"]) == (0, {})


def test_a_task_without_a_database_fails(world: World) -> None:
    ended = run_task("postgresql://nobody@127.0.0.1:1/nothing")
    assert ended.returncode == 1
    assert "Unavailable" in ended.stderr
