"""A running Jenkins validates each pipeline, where there is one; a stand-in shows that it is asked as it should be."""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.pipeline.live import Jenkins, NotAllowed, find_jenkins
from tests.pipeline.tree import Tree

ANSWER = 'Errors encountered validating Jenkinsfile:\nWorkflowScript: 3: Undefined section "stagez"\n'


class StandIn(BaseHTTPRequestHandler):
    """Takes what holds the word `stages`, from whoever gives a name."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        text = urllib.parse.parse_qs(body).get("jenkinsfile", [""])[0]
        allowed = self.path == "/jenkins/pipeline-model-converter/validate" and "Authorization" in self.headers
        self.send_response(200 if allowed else 403)
        self.end_headers()
        if allowed:
            said = "Jenkinsfile successfully validated.\n" if "stages" in text else ANSWER
            self.wfile.write(said.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing: a test says by itself what went wrong."""


@pytest.fixture
def url() -> Iterator[str]:
    """Where the stand-in answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/jenkins/"
    server.shutdown()
    server.server_close()


def test_jenkins_is_asked_by_its_url_user_and_token(url: str) -> None:
    jenkins = find_jenkins({"JENKINS_URL": url, "JENKINS_USER": "dana", "JENKINS_TOKEN": "1"})
    assert jenkins is not None
    assert jenkins.validate("pipeline { agent any; stages { } }") == []
    assert 'Undefined section "stagez"' in jenkins.validate("pipeline { agent any; stagez { } }")[1]


def test_a_jenkins_that_wants_to_know_who_asks_says_so(url: str) -> None:
    with pytest.raises(NotAllowed, match="JENKINS_USER and JENKINS_TOKEN"):
        Jenkins(url).validate("pipeline { }")
    assert find_jenkins({}) is None


def test_the_running_jenkins_takes_every_pipeline(tree: Tree) -> None:
    jenkins = find_jenkins()
    if jenkins is None:
        pytest.skip("JENKINS_URL names no running Jenkins: only the harness has validated the pipelines")
    try:
        assert {name: found for name in tree.pipelines() if (found := jenkins.validate(tree.read(name)))} == {}
    except NotAllowed as refused:
        pytest.skip(str(refused))
