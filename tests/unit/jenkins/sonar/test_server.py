"""A server is waited for, told on when it does not come, and leaves nothing behind. It is a script here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jenkins.sonar import server
from jenkins.sonar.api import Sonar, Unreachable
from jenkins.sonar.fetch import NotFetched
from jenkins.sonar.server import NotStarted, allow_maps, run_server
from tests.unit.jenkins.sonar.test_fetch import make_program

PROGRAM = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
told = dict(part[2:].split("=", 1) for part in sys.argv if part.startswith("-Dsonar"))
open(os.environ["HOME"] + "/data/told", "w").write(json.dumps({"told": told, "user": os.geteuid()}))
class Handler(BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Handler.asked += 1
        body = json.dumps({"status": "UP" if Handler.asked > 1 else "STARTING", "folder": os.environ["HOME"]}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
HTTPServer(("127.0.0.1", int(told["sonar.web.port"])), Handler).serve_forever()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """As much of an unpacked server as is looked at."""
    for folder in ("lib", "extensions/plugins"):
        (tmp_path / "home" / folder).mkdir(parents=True)
    (tmp_path / "home/lib/sonar-application-25.jar").touch()
    return tmp_path / "home"


@pytest.fixture
def java(tmp_path: Path) -> str:
    """A program that answers as the server does while it starts, and then."""
    (tmp_path / "program.py").write_text(PROGRAM)
    make_program(tmp_path, "java", f'exec {sys.executable} -I {tmp_path}/program.py "$@"')
    return str(tmp_path / "java")


@pytest.fixture(autouse=True)
def _myself(monkeypatch: pytest.MonkeyPatch) -> None:
    """nobody can't read a test's folder."""
    monkeypatch.setattr(server, "USER", "")


def test_a_server_is_there_when_it_says_so_and_gone_afterwards(home: Path, java: str) -> None:
    with run_server(home, java, sonar_validateWebhooks="false") as url:
        folder = Path(Sonar(url).get("api/system/status")["folder"])
        told = (folder / "data/told").read_text()
        assert '"sonar.telemetry.enable": "false"' in told
        assert '"sonar.validateWebhooks": "false"' in told
        assert '"sonar.web.host": "127.0.0.1"' in told
    assert not folder.exists()
    with pytest.raises(Unreachable):
        Sonar(url).get("api/system/status")


def test_a_server_that_ends_is_told_with_what_it_said(home: Path, tmp_path: Path) -> None:
    make_program(tmp_path, "java", "echo max virtual memory areas is too low", "exit 3")
    with pytest.raises(NotStarted, match=r"ended with 3\.\n.*too low"), run_server(home, str(tmp_path / "java")):
        pass


def test_a_server_that_takes_too_long_is_ended(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_program(tmp_path, "java", "exec sleep 100")
    monkeypatch.setattr(server, "SECONDS_TO_START", 0.2)
    with pytest.raises(NotStarted, match="not up after"), run_server(home, str(tmp_path / "java")):
        pass


def test_a_server_that_does_not_listen_when_asked_to_end_is_ended_all_the_same(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_program(tmp_path, "java", "trap '' TERM", "while true; do sleep 1; done")
    monkeypatch.setattr(server, "SECONDS_TO_START", 0.5)
    monkeypatch.setattr(server, "SECONDS_TO_STOP", 0.5)
    with pytest.raises(NotStarted, match="not up after"), run_server(home, str(tmp_path / "java")):
        pass


def test_memory_maps_are_allowed_where_that_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "max_map_count"
    monkeypatch.setattr(server, "MAPS_FILE", file)
    file.write_text("65530\n")
    allow_maps()
    assert file.read_text() == "262144"
    file.write_text("1000000\n")
    allow_maps()
    assert file.read_text() == "1000000\n"


def test_where_it_is_not_allowed_the_command_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Locked(type(tmp_path)):  # type: ignore[misc]
        """A file that may be read."""

        def write_text(self, *_arguments: object, **_more: object) -> int:
            """Refuses."""
            raise PermissionError

    (tmp_path / "max_map_count").write_text("65530\n")
    monkeypatch.setattr(server, "MAPS_FILE", Locked(tmp_path / "max_map_count"))
    with pytest.raises(NotFetched, match=r"sudo sysctl -w vm\.max_map_count=262144"):
        allow_maps()
