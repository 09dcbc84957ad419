"""In an ECS task, credentials come from the agent, again and again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from services.shared.signing import MissingCredentials
from services.shared.task_credentials import keep_task_credentials

PATH = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/one"}


class Agent(HTTPServer):
    """What ECS has in every task. answers: what it says, the last one for ever."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.answers: list[Any] = []
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Agent

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(500 if answer is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:  # pylint: disable=arguments-differ
        """Nothing: a test's output is its own."""


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def keys(number: int) -> dict[str, str]:
    """The agent's answer."""
    return {"AccessKeyId": f"key {number}", "SecretAccessKey": f"secret {number}", "Token": f"token {number}"}


def test_the_environment_has_the_tasks_credentials_at_once(agent: Agent) -> None:
    agent.answers = [keys(1)]
    environment = {**PATH, "AWS_REGION": "eu-west-1"}
    keep_task_credentials(environment, address=agent.address).set()
    assert environment == {
        **PATH,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "key 1",
        "AWS_SECRET_ACCESS_KEY": "secret 1",
        "AWS_SESSION_TOKEN": "token 1",
    }
    assert agent.asked == ["/v2/credentials/one"]


def test_new_ones_take_their_place_even_after_the_agent_was_away(
    agent: Agent, capsys: pytest.CaptureFixture[str]
) -> None:
    agent.answers = [keys(1), None, keys(2)]
    environment = dict(PATH)
    ended = keep_task_credentials(environment, address=agent.address, every_seconds=0.01)
    ends = time.monotonic() + 5
    while environment["AWS_SESSION_TOKEN"] != "token 2" and time.monotonic() < ends:
        time.sleep(0.01)
    ended.set()
    assert environment["AWS_ACCESS_KEY_ID"] == "key 2"
    told = json.loads(capsys.readouterr().err.splitlines()[0])
    assert told == {"level": "WARNING", "credentials": "the task's credentials: 500"}


@pytest.mark.parametrize("answer", [None, {}, ["AccessKeyId"], {"AccessKeyId": "key"}])
def test_without_an_answer_that_has_them_a_task_does_not_begin(agent: Agent, answer: Any) -> None:
    agent.answers = [answer]
    environment = dict(PATH)
    with pytest.raises(MissingCredentials, match="the task's credentials"):
        keep_task_credentials(environment, address=agent.address)
    assert environment == PATH


def test_outside_ecs_nothing_happens() -> None:
    environment = {"AWS_REGION": "eu-west-1"}
    keep_task_credentials(environment)
    assert environment == {"AWS_REGION": "eu-west-1"}
