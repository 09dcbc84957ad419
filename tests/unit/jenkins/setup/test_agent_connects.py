"""How an agent finds its controller, against a made-up one."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from jenkins.agents.connect import Agent, ConnectError, command, fetch_jar, find_secret, read_agent

SECRET = "0123456789abcdef" * 4
JNLP = f"<jnlp><application-desc><argument>{SECRET}</argument><argument>docker-1</argument></application-desc></jnlp>"


class Controller(ThreadingHTTPServer):
    """Answers as Jenkins does: anybody gets the jar, and whoever may connect an agent gets its secret."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.refusals = 0
        """How many requests it answers as Jenkins does while it starts."""
        self.url = f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Controller

    def do_GET(self) -> None:
        who = "Basic " + base64.b64encode(b"agents:pass:word").decode()
        if self.server.refusals:
            self.server.refusals -= 1
            self._say(503, "Please wait")
        elif self.path == "/jnlpJars/agent.jar":
            self._say(200, "a jar")
        elif self.path == "/computer/docker-1/jenkins-agent.jnlp" and self.headers["Authorization"] == who:
            self._say(200, JNLP)
        else:
            self._say(404, "nothing")

    def _say(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """A test needs no log."""


@pytest.fixture
def controller() -> Iterator[Controller]:
    server = Controller()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def agent(controller: Controller, tmp_path: Path) -> Agent:
    password = tmp_path / "password"
    password.write_text("pass:word\n")
    return Agent(controller.url, "docker-1", tmp_path, user="agents", password_file=password)


def test_it_waits_for_a_controller_that_is_still_starting(controller: Controller, agent: Agent) -> None:
    controller.refusals = 2
    pauses: list[float] = []
    assert fetch_jar(agent, pause=pauses.append).read_text() == "a jar"
    assert len(pauses) == 2


def test_it_gives_up_on_a_controller_that_never_comes(controller: Controller, agent: Agent) -> None:
    controller.refusals = 1000
    with pytest.raises(ConnectError, match=f"{controller.url} didn't answer within 0 s"):
        fetch_jar(agent, wait_seconds=0, pause=lambda _: None)


def test_it_asks_for_its_secret_as_somebody_who_may_connect_it(agent: Agent) -> None:
    secret = find_secret(agent)
    assert secret.read_text() == SECRET
    assert secret.stat().st_mode & 0o777 == 0o600


def test_it_takes_the_secret_that_it_is_given_and_asks_nobody(tmp_path: Path) -> None:
    secret = tmp_path / "given"
    assert find_secret(Agent("http://127.0.0.1:9", "docker-1", tmp_path, secret_file=secret)) == secret


def test_it_says_which_agent_the_controller_does_not_know(agent: Agent) -> None:
    stranger = Agent(agent.url, "docker-2", agent.folder, user="agents", password_file=agent.password_file)
    with pytest.raises(ConnectError, match=r"docker-2/jenkins-agent.jnlp answers 404: is there such an agent"):
        find_secret(stranger)


def test_its_secret_is_not_on_its_command_line(agent: Agent) -> None:
    words = command(agent, agent.folder / "agent.jar", find_secret(agent))
    assert not any(SECRET in word for word in words)
    assert words == [
        *["java", "-jar", f"{agent.folder}/agent.jar", "-url", f"{agent.url}/", "-name", "docker-1"],
        *["-secret", f"@{agent.folder}/secret", "-webSocket", "-workDir", str(agent.folder)],
    ]


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(ConnectError) as refused:
        read_agent({"JENKINS_USER": "agents"})
    assert str(refused.value) == (
        "not set: JENKINS_URL, JENKINS_AGENT_NAME, JENKINS_SECRET_FILE (or JENKINS_USER and JENKINS_PASSWORD_FILE)"
    )


def test_the_environment_says_all_that_an_agent_is() -> None:
    told = {"JENKINS_URL": "https://j/", "JENKINS_AGENT_NAME": "deploy-1", "JENKINS_SECRET_FILE": "/run/secret"}
    assert read_agent(told) == Agent("https://j", "deploy-1", Path("/home/jenkins/agent"), Path("/run/secret"))
