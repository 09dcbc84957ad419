"""docker/compose.yaml brought up as a developer does, from a copy of the code: it answers, and a change reaches it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from services.local.docker import Engine
from tests.support.compose import FILE, list_composes
from tests.support.leftovers import name_ours

START_SECONDS = 300
ROOT = FILE.parent.parent


class Compose:
    """A project of its own: its containers, its volumes, its free ports."""

    def __init__(self, command: list[str], copy: Path) -> None:
        self._command = [*command, "--project-name", name_ours()]
        self._command += ["--file", str(copy / "docker/compose.yaml")]
        self.port, *others = _free_ports(3)
        ports = dict(zip(("PORT", "POSTGRES_PORT", "TEST_POSTGRES_PORT"), (self.port, *others), strict=True))
        self._environment = os.environ | {name: str(port) for name, port in ports.items()}

    def run(self, *arguments: str) -> str:
        """Runs a command of Compose to its end; gives what it said."""
        done = subprocess.run(
            [*self._command, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the file needs, to change."""
    shutil.copytree(ROOT / "services", tmp_path / "services", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docker").mkdir()
    shutil.copy(FILE, tmp_path / "docker")
    return tmp_path


@pytest.fixture
def compose(copy: Path, engine: Engine) -> Iterator[Compose]:
    """Brought up, and removed with all that it kept."""
    for image in ("python:3.13-slim-trixie", "postgres:17"):
        if not engine.has_image(image):
            pytest.skip(f"left out: there is no image {image}: `docker/base/make.sh {image}` sees to it")
    composes = list_composes()
    if not composes:
        pytest.skip("left out: there is no Docker Compose here (Debian: apt install docker-compose)")
    made = Compose(composes[0], copy)
    try:
        made.run("up", "-d")
        yield made
    finally:
        made.run("down", "--volumes")


def _wait_for(condition: Callable[[], bool], compose: Compose) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError, HTTPException):  # not yet, or between two lives
            if condition():
                return
        time.sleep(0.5)
    pytest.fail(compose.run("logs", "--no-color", "platform"))


def _get(compose: Compose, path: str, key: str = "") -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{compose.port}{path}", headers={"x-api-key": key})
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return bytes(answer.read())


def test_the_platform_comes_up_and_a_change_of_the_code_reaches_it(compose: Compose, copy: Path) -> None:
    _wait_for(lambda: b"Skep</title>" in _get(compose, "/sign-in"), compose)
    run = json.loads(compose.run("exec", "-T", "platform", "cat", "/data/run.json"))
    key = next(client["key"] for client in run["clients"] if client["role"] == "admin")
    assert run["url"] == f"http://127.0.0.1:{compose.port}"
    assert json.loads(_get(compose, "/v1/customers?count=true&limit=1", key))["count"] == 60

    page = copy / "services/forms/templates/base.html"
    page.write_text(page.read_text().replace("Skep</title>", "Changed</title>"))
    _wait_for(lambda: b"Changed</title>" in _get(compose, "/sign-in"), compose)
