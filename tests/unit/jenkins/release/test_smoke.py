"""An environment is asked as a caller does; what it should not answer is a failure with a sentence."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jenkins.release.settings import Settings
from jenkins.release.smoke import SmokeFailed, read_version, smoke, wait_for_version

VERSION = {"release": "v1", "revision": "0" * 40, "function_version": "2"}
KEY = "skp_a_key"


class Site(ThreadingHTTPServer):
    """path -> status and body."""

    answers: dict[str, tuple[int, str]]
    keys: list[str | None]

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers as the site says."""

    server: Site

    def do_GET(self) -> None:
        """What the site says of the path."""
        status, body = self.server.answers.get(self.path, (404, "nothing here"))
        self.server.keys.append(self.headers["x-api-key"])
        self.send_response(status)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    """One that answers well."""
    made = Site(("127.0.0.1", 0), Handler)
    made.keys = []
    made.answers = {
        "/v1/version": (200, json.dumps(VERSION)),
        "/sign-in": (200, "<form>"),
        "/v1/customers?limit=1": (200, '{"items": [{}]}'),
    }
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a key in a file."""
    (tmp_path / "key").write_text(f"{KEY}\n")
    return Settings({"SKEP_SMOKE_KEY_FILE": str(tmp_path / "key")})


def test_a_good_environment_tells_version_page_and_records(
    site: Site, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    smoke(settings, site.url, "v1")

    assert site.keys == [None, None, KEY]
    assert "customers    read, 1 of them" in capsys.readouterr().out


def test_without_a_key_nothing_is_read_and_that_is_said(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    smoke(Settings({}), site.url)

    assert len(site.keys) == 2
    assert "not read" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "answer", "sentence"),
    [
        ("/v1/version", (500, "broken"), "answers 500: broken"),
        ("/v1/version", (200, "[]"), "doesn't say which release runs"),
        ("/v1/version", (200, "no JSON"), "doesn't say which release runs"),
        ("/v1/version", (200, json.dumps(VERSION | {"release": "v0"})), "runs v0, not v1"),
        ("/sign-in", (200, "welcome"), "has no form in it"),
        ("/v1/customers?limit=1", (200, "{}"), "answers no list of items"),
        ("/v1/customers?limit=1", (403, "who are you"), "answers 403: who are you"),
    ],
)
def test_a_bad_answer_is_a_failure(
    site: Site, settings: Settings, path: str, answer: tuple[int, str], sentence: str
) -> None:
    site.answers[path] = answer

    with pytest.raises(SmokeFailed, match=sentence):
        smoke(settings, site.url, "v1")


def test_a_key_that_is_not_there_is_a_failure_that_names_no_path(site: Site) -> None:
    with pytest.raises(SmokeFailed, match="has no key: FileNotFoundError"):
        smoke(Settings({"SKEP_SMOKE_KEY_FILE": "/nowhere/key"}), site.url)


def test_who_does_not_answer_is_named(site: Site) -> None:
    url = site.url
    site.shutdown()
    site.server_close()

    with pytest.raises(SmokeFailed, match="doesn't answer"):
        read_version(url)


@pytest.mark.parametrize("url", ["http://skep.example", "file:///etc", "ftp://127.0.0.1"])
def test_nobody_is_asked_without_tls_but_this_machine(url: str) -> None:
    with pytest.raises(SmokeFailed, match="neither https nor this machine"):
        read_version(url)


def test_a_release_that_comes_late_is_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def arrive(_: float) -> None:
        site.answers["/v1/version"] = (200, json.dumps(VERSION | {"release": "v2"}))

    monkeypatch.setattr("jenkins.release.smoke.time.sleep", arrive)

    wait_for_version(site.url, "v2", VERSION["revision"])


def test_a_release_that_never_comes_is_a_failure(site: Site) -> None:
    with pytest.raises(SmokeFailed, match="says v1 of 0000"):
        wait_for_version(site.url, "v2", VERSION["revision"], seconds=0)
