"""Pushes images' OCI layouts to a registry, by the distribution specification's HTTP API."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

__all__ = ["Registry"]

_CREATED = 201


class Registry:
    """A registry that needs no sign-in. A layer that several images share travels once."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._known: dict[str, str] = {}

    def push(self, repository: str, layout: Path, tag: str) -> str:
        """Pushes the one image of a layout, blobs first, and gives its digest: that of the layout's own manifest.

        Source: OCI Distribution Specification, "Pushing manifests" and "Mounting a blob from another repository".
        Raises OSError.
        """
        index = json.loads((layout / "index.json").read_text(encoding="utf-8"))
        descriptor: dict[str, Any] = index["manifests"][0]
        content = _read_blob(layout, descriptor["digest"])
        manifest = json.loads(content)
        for part in (manifest["config"], *manifest["layers"]):
            self._push_blob(repository, layout, part["digest"])
        self._send("PUT", f"{repository}/manifests/{tag}", content, descriptor["mediaType"])
        return str(descriptor["digest"])

    def _push_blob(self, repository: str, layout: Path, digest: str) -> None:
        uploads = f"{repository}/blobs/uploads/"
        source = self._known.setdefault(digest, repository)
        mounts = source != repository and self._send("POST", f"{uploads}?mount={digest}&from={source}") == _CREATED
        if not mounts:
            self._send("POST", f"{uploads}?digest={digest}", _read_blob(layout, digest))

    def _send(self, method: str, path: str, content: bytes = b"", media_type: str = "application/octet-stream") -> int:
        request = urllib.request.Request(  # noqa: S310 - an address of our own making
            f"{self._endpoint}/v2/{path}", data=content, method=method, headers={"Content-Type": media_type}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            return int(answer.status)


def _read_blob(layout: Path, digest: str) -> bytes:
    kind, _, value = digest.partition(":")
    return (layout / "blobs" / kind / value).read_bytes()
