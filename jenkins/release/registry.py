"""Pushes images' OCI layouts to a registry, by the distribution specification's HTTP API."""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

from jenkins.release.errors import ReleaseError

__all__ = ["Registry"]

SECONDS = 120
CREATED, NOT_FOUND = 201, 404
BINARY = "application/octet-stream"
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
"""What one image is. An index of several is another thing, which Lambda doesn't take."""


class Registry:
    """A registry. A layer that several images share travels once.

    authorization: the header that it wants, if any. It is sent to this registry alone, over TLS or to loopback.
    """

    def __init__(self, endpoint: str, authorization: str = "") -> None:
        place = urlsplit(endpoint)
        if authorization and place.scheme != "https" and place.hostname not in {"127.0.0.1", "localhost"}:
            raise ReleaseError(f"{endpoint} is neither this machine nor reached by TLS: it gets no token")
        self._endpoint, self._authorization = endpoint, authorization
        self._known: dict[str, str] = {}

    def push(self, repository: str, layout: Path, tag: str) -> str:
        """Pushes the one image of a layout, blobs first, and gives its digest: that of the layout's own manifest.

        A tag that names this image already is as good as one that was pushed. Source: OCI Distribution Specification,
        "Pushing manifests" and "Mounting a blob from another repository". Raises ReleaseError, OSError.
        """
        content, media_type = _read_manifest(layout)
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        found = self.find(repository, tag)
        if found == digest:
            return digest
        if found:
            raise ReleaseError(
                f"{repository}:{tag} is {found} already, and this image is {digest}: a tag is never moved. "
                "The same commit was built otherwise; find out what differs, then build another commit"
            )
        manifest = json.loads(content)
        for part in (manifest["config"], *manifest["layers"]):
            self._push_blob(repository, layout, part["digest"])
        with self._send("PUT", f"{repository}/manifests/{tag}", content, media_type=media_type):
            pass
        if self.find(repository, digest) != digest:
            raise ReleaseError(f"{repository} has taken {tag}, but doesn't have {digest}")
        return digest

    def find(self, repository: str, reference: str) -> str:
        """The digest of the manifest with a tag or a digest; empty if there is none. Raises OSError."""
        try:
            with self._send("GET", f"{repository}/manifests/{reference}", accept=", ".join(MANIFESTS)) as answer:
                return f"sha256:{hashlib.sha256(answer.read()).hexdigest()}"
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != NOT_FOUND:
                raise
            return ""

    def _push_blob(self, repository: str, layout: Path, digest: str) -> None:
        if self._has_blob(repository, digest):
            self._known.setdefault(digest, repository)
            return
        uploads = f"{repository}/blobs/uploads/"
        source = self._known.setdefault(digest, repository)
        mount = f"{uploads}?mount={digest}&from={source}" if source != repository else uploads
        with self._send("POST", mount) as answer:
            if answer.status == CREATED:
                return
            location = str(answer.headers["Location"])
        target = location + ("&" if "?" in location else "?") + f"digest={digest}"
        with _blob(layout, digest).open("rb") as content, self._send("PUT", target, content):
            pass

    def _has_blob(self, repository: str, digest: str) -> bool:
        try:
            with self._send("HEAD", f"{repository}/blobs/{digest}"):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != NOT_FOUND:
                raise
            return False

    @contextmanager
    def _send(
        self, method: str, path: str, content: bytes | IO[bytes] = b"", *, media_type: str = BINARY, accept: str = "*/*"
    ) -> Iterator[HTTPResponse]:
        """An answer. path: from /v2/ on, or what the registry named as an upload's place."""
        url = path if "://" in path else urljoin(f"{self._endpoint}/v2/", path)
        headers = {"Content-Type": media_type, "Accept": accept}
        body: bytes | IO[bytes] | None = None if method in {"GET", "HEAD"} else content
        if body is not None:
            size = len(body) if isinstance(body, bytes) else Path(body.name).stat().st_size
            headers["Content-Length"] = str(size)
        request = urllib.request.Request(url, data=body, method=method, headers=headers)  # noqa: S310 - as named above
        if self._authorization and urlsplit(url)[:2] == urlsplit(self._endpoint)[:2]:
            # Unredirected: where a registry sends us on to is somebody else's place.
            request.add_unredirected_header("Authorization", self._authorization)
        with _OPENER.open(request, timeout=SECONDS) as answer:
            yield answer


class _OnlyReads(urllib.request.HTTPRedirectHandler):
    """Follows a redirect of what only reads."""

    def redirect_request(  # noqa: PLR0917  # pylint: disable=too-many-positional-arguments  # urllib's own words
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """As urllib's, for what sends nothing."""
        return super().redirect_request(req, fp, code, msg, headers, newurl) if req.data is None else None


_OPENER = urllib.request.build_opener(_OnlyReads)


def _read_manifest(layout: Path) -> tuple[bytes, str]:
    """The manifest of a layout's one image, and its media type. Raises ReleaseError."""
    descriptors: list[dict[str, Any]] = json.loads((layout / "index.json").read_text(encoding="utf-8"))["manifests"]
    if len(descriptors) != 1:
        raise ReleaseError(f"{layout.name} holds {len(descriptors)} images; a release pushes one for each service")
    content = _blob(layout, descriptors[0]["digest"]).read_bytes()
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != descriptors[0]["digest"]:
        raise ReleaseError(f"The manifest of {layout.name} is not what its digest says: build the images again")
    manifest = json.loads(content)
    media_type = str(manifest.get("mediaType", descriptors[0].get("mediaType")))
    if media_type not in MANIFESTS or "manifests" in manifest or "config" not in manifest:
        raise ReleaseError(f"{layout.name} is {media_type}, not one image: Lambda takes no index of images")
    return content, media_type


def _blob(layout: Path, digest: str) -> Path:
    kind, _, value = digest.partition(":")
    return layout / "blobs" / kind / value
