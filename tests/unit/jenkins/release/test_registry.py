"""Images go to a registry by digest, blobs first; a tag stays where it is. The registry is a small one of our own."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jenkins.release.errors import ReleaseError
from jenkins.release.registry import Registry
from tests.unit.jenkins.release.samples import write_layout

TOKEN = "Basic QVdTOnRva2Vu"
TAG = "git-0123456789ab"


class Server(ThreadingHTTPServer):
    """What was pushed, and what was asked. loses: manifests that are taken and not kept."""

    blobs: dict[str, bytes]
    manifests: dict[str, bytes]
    asked: list[tuple[str, str]]
    loses: bool

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """The part of the distribution API that a push needs, as ECR has it: an upload is begun, then put."""

    server: Server

    def do_HEAD(self) -> None:
        """Whether a blob is there."""
        self._note()
        self._answer(200 if self.path.rpartition("/")[2] in self._blobs() else 404)

    def do_GET(self) -> None:
        """A manifest by tag or digest."""
        self._note()
        found = self.server.manifests.get(self.path)
        self._answer(200 if found else 404, found or b"")

    def do_POST(self) -> None:
        """Begins an upload, or takes a blob from another repository."""
        self._note()
        path, _, query = self.path.partition("?")
        if query.startswith("mount="):
            digest, _, source = query.removeprefix("mount=").partition("&from=")
            blob = self.server.blobs[f"/v2/{source}/{digest}"]
            self.server.blobs[f"{path.removesuffix('/blobs/uploads/')}/{digest}"] = blob
            self._answer(201)
        else:
            self._answer(202, location=f"{path}one?state=1")

    def do_PUT(self) -> None:
        """A blob's content, or a manifest."""
        content = self._note()
        path, _, query = self.path.partition("?")
        if "/manifests/" in path:
            if not self.server.loses:
                digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
                repository = path.partition("/manifests/")[0]
                self.server.manifests |= {path: content, f"{repository}/manifests/{digest}": content}
        else:
            digest = query.removeprefix("state=1&digest=")
            assert digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
            self.server.blobs[f"{path.partition('/blobs/')[0]}/{digest}"] = content
        self._answer(201)

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _note(self) -> bytes:
        self.server.asked.append((self.command, self.path))
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        assert self.headers["Authorization"] == TOKEN
        return content

    def _blobs(self) -> set[str]:
        repository = self.path.partition("/blobs/")[0]
        return {key.rpartition("/")[2] for key in self.server.blobs if key.startswith(f"{repository}/sha256")}

    def _answer(self, status: int, content: bytes = b"", location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def server() -> Iterator[Server]:
    """An empty registry."""
    made = Server(("127.0.0.1", 0), Handler)
    made.blobs, made.manifests, made.asked, made.loses = {}, {}, [], False
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def test_a_push_gives_the_digest_and_puts_the_manifest_last(server: Server, tmp_path: Path) -> None:
    digest = write_layout(tmp_path / "sales", b"sales")

    assert Registry(server.url, TOKEN).push("skep/sales", tmp_path / "sales", TAG) == digest
    assert f"/v2/skep/sales/manifests/{TAG}" in server.manifests
    assert [path for method, path in server.asked if method == "PUT"][-1].endswith(TAG)
    assert len(server.blobs) == 2


def test_a_layer_that_two_images_share_travels_once(server: Server, tmp_path: Path) -> None:
    registry = Registry(server.url, TOKEN)
    for name in ("sales", "forms"):
        write_layout(tmp_path / name, name.encode())
        registry.push(f"skep/{name}", tmp_path / name, TAG)

    puts = [path for method, path in server.asked if method == "PUT" and "/blobs/" in path]
    assert len(puts) == 3
    assert len(server.blobs) == 4


def test_the_same_image_again_sends_nothing(server: Server, tmp_path: Path) -> None:
    digest = write_layout(tmp_path / "sales", b"sales")
    Registry(server.url, TOKEN).push("skep/sales", tmp_path / "sales", TAG)
    server.asked.clear()

    assert Registry(server.url, TOKEN).push("skep/sales", tmp_path / "sales", TAG) == digest
    assert server.asked == [("GET", f"/v2/skep/sales/manifests/{TAG}")]


def test_another_image_under_the_same_tag_is_refused(server: Server, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_layout(tmp_path / name, name.encode())
    registry = Registry(server.url, TOKEN)
    registry.push("skep/sales", tmp_path / "one", TAG)
    before = dict(server.manifests)

    with pytest.raises(ReleaseError, match="a tag is never moved"):
        registry.push("skep/sales", tmp_path / "two", TAG)
    assert server.manifests == before


def test_an_index_of_images_is_refused_before_anything_is_sent(server: Server, tmp_path: Path) -> None:
    write_layout(tmp_path / "index", b"sales", "application/vnd.oci.image.index.v1+json")

    with pytest.raises(ReleaseError, match="Lambda takes no index"):
        Registry(server.url, TOKEN).push("skep/sales", tmp_path / "index", TAG)
    assert not server.asked


def test_two_images_in_a_layout_are_refused(server: Server, tmp_path: Path) -> None:
    write_layout(tmp_path / "two", b"sales")
    index = tmp_path / "two" / "index.json"
    index.write_text(json.dumps({"manifests": json.loads(index.read_text())["manifests"] * 2}))

    with pytest.raises(ReleaseError, match="holds 2 images"):
        Registry(server.url, TOKEN).push("skep/sales", tmp_path / "two", TAG)


def test_a_layout_whose_manifest_was_changed_is_refused(server: Server, tmp_path: Path) -> None:
    digest = write_layout(tmp_path / "sales", b"sales").partition(":")[2]
    manifest = tmp_path / "sales" / "blobs" / "sha256" / digest
    manifest.write_bytes(manifest.read_bytes() + b" ")

    with pytest.raises(ReleaseError, match="not what its digest says"):
        Registry(server.url, TOKEN).push("skep/sales", tmp_path / "sales", TAG)


def test_a_registry_that_takes_an_image_and_has_none_is_no_success(server: Server, tmp_path: Path) -> None:
    write_layout(tmp_path / "sales", b"sales")
    server.loses = True

    with pytest.raises(ReleaseError, match="but doesn't have"):
        Registry(server.url, TOKEN).push("skep/sales", tmp_path / "sales", TAG)


def test_a_token_goes_by_tls_or_stays_on_this_machine() -> None:
    with pytest.raises(ReleaseError, match="it gets no token"):
        Registry("http://registry.example", TOKEN)
    Registry("https://registry.example", TOKEN)
