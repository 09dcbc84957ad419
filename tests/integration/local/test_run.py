"""`make run`: the whole platform as a newcomer starts it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

START_SECONDS = 120


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder for DATA that an unprivileged Postgres can reach."""
    folder = Path(tempfile.mkdtemp(prefix="skep-run-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


def written(data: Path) -> int | None:
    """When run.json was written, in ns since 1970; None when there is none."""
    with contextlib.suppress(FileNotFoundError):
        return (data / "run.json").stat().st_mtime_ns
    return None


@contextlib.contextmanager
def running(data: Path, *options: str) -> Iterator[dict[str, Any]]:
    """The platform until the block ends, by what run.json says; ended as Ctrl-C does, which must leave nothing."""
    before = written(data)
    command = [sys.executable, "-m", "services.local.run", "--port", "0", "--data", str(data), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until = time.monotonic() + START_SECONDS
        while written(data) == before:
            assert process.poll() is None, process.stdout.read() if process.stdout else ""
            assert time.monotonic() < until, "it takes too long"
            time.sleep(0.05)
        yield json.loads((data / "run.json").read_text())
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert said.endswith("Stopped.\n")


def get(url: str, key: str) -> Any:
    """What the API answers."""
    with urllib.request.urlopen(urllib.request.Request(url, headers={"x-api-key": key}), timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def test_it_starts_with_a_demo_company_and_again_with_the_same(data: Path) -> None:
    with running(data) as first:
        admin = next(client for client in first["clients"] if client["role"] == "admin")
        assert {person["role"] for person in first["people"]} == {"admin", "manager", "sales", "viewer"}
        assert (data / "run.json").stat().st_mode & 0o777 == 0o600
        assert get(f"{first['url']}/v1/customers?count=true&limit=1", admin["key"])["count"] == 60
        assert sum(s["count"] for s in get(f"{first['url']}/v1/reports/pipeline", admin["key"])["stages"]) == 300
        seller = next(client for client in first["clients"] if client["role"] == "sales")
        assert get(f"{first['url']}/v1/customers?count=true&limit=1", seller["key"])["count"] < 60
    with running(data, "--stage", "dev") as second:
        assert (second["clients"], second["people"]) == (first["clients"], first["people"])
        assert second["url"].endswith("/dev")
        assert get(f"{second['url']}/v1/customers?count=true&limit=1", admin["key"])["count"] == 60
    (data / "run.json").unlink()
    with running(data) as third:  # the keys are lost: the same people get new ones
        assert [person["id"] for person in third["people"]] == [person["id"] for person in first["people"]]
        assert get(f"{third['url']}/v1/customers?count=true&limit=1", third["clients"][0]["key"])["count"] == 60


def test_a_taken_port_is_named_with_the_way_out(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "services.local.run", "--port", str(port), "--data", str(data)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS, check=False)
    assert ended.returncode == 1
    assert f"port {port} is taken" in ended.stderr
    assert f"make run PORT={port + 1}" in ended.stderr


def test_a_port_that_is_no_number_and_a_folder_that_is_none_are_named(data: Path) -> None:
    for options, sentence in ((["--port", "http"], "PORT is 'http'"), (["--data", os.devnull], "/dev/null")):
        command = [sys.executable, "-m", "services.local.run", "--port", "0", "--data", str(data), *options]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS, check=False)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert sentence in ended.stderr
        assert "Traceback" not in ended.stderr
