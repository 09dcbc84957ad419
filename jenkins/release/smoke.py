"""Asks an environment by its URL, as a caller does: which release it is, a page, and, with a key, some records."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jenkins.release.errors import ReleaseError
from jenkins.release.settings import Settings

__all__ = ["SmokeFailed", "read_version", "smoke", "wait_for_version"]

SECONDS = 30
WAIT_SECONDS = 60.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SmokeFailed(ReleaseError):
    """An environment doesn't answer as it should."""


def smoke(settings: Settings, url: str, release: str = "") -> None:
    """Asks, and prints what was answered. release: its name, where it is known. Raises SmokeFailed, ReleaseError.

    The key of a client is read from the file that SKEP_SMOKE_KEY_FILE names; without one nothing is read.
    """
    told = read_version(url)
    if release and told["release"] != release:
        raise SmokeFailed(f"{url} runs {told['release']}, not {release}")
    print(f"version      {told['release']}, commit {told['revision']}")
    page = _ask(f"{url}/sign-in", accept="text/html").decode("utf-8", "replace")
    if "<form" not in page:
        raise SmokeFailed(f"{url}/sign-in has no form in it")
    print("sign-in      a form")
    file = settings.get("SKEP_SMOKE_KEY_FILE")
    if not file:
        print("customers    not read: SKEP_SMOKE_KEY_FILE names no file with a client's key")
        return
    try:
        key = Path(file).read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise SmokeFailed(f"The file that SKEP_SMOKE_KEY_FILE names has no key: {error.__class__.__name__}") from None
    items = _read_json(_ask(f"{url}/v1/customers?limit=1", key=key)).get("items")
    if not isinstance(items, list):
        raise SmokeFailed(f"{url}/v1/customers answers no list of items")
    print(f"customers    read, {len(items)} of them")


def read_version(url: str) -> dict[str, str]:
    """What runs there: release, revision, function_version. Raises SmokeFailed."""
    told = _read_json(_ask(f"{url}/v1/version"))
    if not all(isinstance(told.get(name), str) for name in ("release", "revision", "function_version")):
        raise SmokeFailed(f"{url}/v1/version doesn't say which release runs")
    return told


def wait_for_version(url: str, release: str, revision: str, *, seconds: float = WAIT_SECONDS) -> None:
    """Waits until a release answers there: an alias that has moved takes a moment to be known. Raises SmokeFailed."""
    deadline = time.monotonic() + seconds
    while True:
        told = read_version(url)
        if (told["release"], told["revision"]) == (release, revision):
            return
        if time.monotonic() > deadline:
            raise SmokeFailed(f"{url}/v1/version says {told['release']} of {told['revision']}, not {release}")
        time.sleep(0.5)


def _ask(url: str, *, key: str = "", accept: str = "application/json") -> bytes:
    """The body of a 200. Raises SmokeFailed."""
    place = urlsplit(url)
    if place.scheme != "https" and not (place.scheme == "http" and place.hostname in LOOPBACK):
        raise SmokeFailed(f"{url} is neither https nor this machine")
    headers = {"Accept": accept} | ({"x-api-key": key} if key else {})
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - see above
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        said = error.read(500).decode("utf-8", "replace")
        raise SmokeFailed(f"{url} answers {error.code}: {said}") from None
    except OSError as error:
        raise SmokeFailed(f"{url} doesn't answer: {error}") from error


def _read_json(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}
