"""A cloud comes up twice, survives a kill, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from services.local.catalog import read_catalog
from services.local.cloud.place import Place
from services.local.docker import Engine
from services.local.postgres.process import is_gone
from tests.cloud.cloud import Cloud, run, wait_for


def test_a_cloud_comes_up_again_at_once_survives_a_kill_and_goes_without_a_trace(
    engine: Engine, cloud: Cloud, tmp_path: Path
) -> None:
    place = Place(cloud.place.name, tmp_path)  # as in another checkout; the two don't disturb each other
    tags = ("image", "ls", "--quiet", "--filter", f"reference=skep/*:{place.id}")
    try:
        assert run("up", place).returncode == 0
        first = Cloud(place)
        assert len(engine.run(*tags).split()) == len(read_catalog())  # so that no other build removes them
        made = first.ask_json("POST", "/v1/customers", {"company": "Survivor"})
        assert made.status == 201, made.body

        started = time.monotonic()
        again = run("up", place)
        assert (again.returncode, Cloud(place).told) == (0, first.told), again.stdout  # fails where sources change
        assert time.monotonic() - started < 15

        pid = place.find_process()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: place.find_process() is None)
        assert "make cloud" in run("status", place).stdout
        after = run("up", place)
        assert after.returncode == 0, after.stderr
        assert Cloud(place).get(f"/v1/customers/{made.json['id']}").status == 200
        pid = place.find_process()
    finally:
        down = run("down", place)

    assert down.returncode == 0, down.stderr
    assert pid is not None
    assert is_gone(pid)
    assert list(tmp_path.iterdir()) == []
    label = ("--filter", f"label={place.label}", "--quiet")
    assert engine.run("ps", "--all", *label) + engine.run("volume", "ls", *label) + engine.run(*tags) == ""
    assert run("down", place).returncode == 0
    assert cloud.get("/v1/customers?limit=1").status == 200


def test_a_port_that_another_emulator_has_is_refused_and_the_other_left_alone(cloud: Cloud, tmp_path: Path) -> None:
    place = Place("late", tmp_path)
    try:
        done = run("up", place, port=int(cloud.told["endpoint"].rpartition(":")[2]))
    finally:
        run("down", place)

    assert (done.returncode, "CLOUD_PORT" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    assert len(cloud.aws("apigateway").get_rest_apis()["items"]) == 1


def test_half_of_a_cloud_goes_too(engine: Engine, tmp_path: Path) -> None:
    place = Place(f"half-{os.getpid()}", tmp_path)
    engine.run("volume", "create", "--label", place.label, f"{place.name}-postgres")

    assert run("down", place).returncode == 0

    assert engine.run("volume", "ls", "--quiet", "--filter", f"label={place.label}") == ""


def test_without_docker_it_says_how_to_get_one(tmp_path: Path) -> None:
    place = Place("nodocker", tmp_path)

    done = run("up", place, environment={"DOCKER_HOST": "unix:///nowhere.sock"})

    assert done.returncode == 1
    assert "apt install docker.io" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_that_nothing_could_have_is_refused(tmp_path: Path) -> None:
    done = run("up", Place("No Name", tmp_path))

    assert (done.returncode, "small letters" in done.stderr) == (1, True)
