"""What is loaded: a URL on this machine unless another host is named, and the keys and people that journeys use."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.platform import Told

__all__ = ["KEYS_VARIABLE", "Refused", "Target", "check_url", "is_loopback", "read_secrets", "target_of"]

KEYS_VARIABLE = "SKEP_LOAD_KEY"
WRITERS = ("admin", "manager", "sales")


class Refused(Exception):
    """What is not done, and what to do about it."""


@dataclass(frozen=True)
class Target:
    """name: run, cloud or the host; people: email and password of each, none where the forms are left out."""

    name: str
    url: str
    keys: list[str] = field(repr=False)
    people: list[dict[str, str]] = field(repr=False)
    is_thrown_away: bool = False


def check_url(url: str, allowed: Collection[str] = ()) -> str:
    """The URL without a slash at its end. Raises Refused: a load test of somebody else's machine is an attack.

    allowed: hosts that were named, each as such or as a URL at it.
    """
    parts = urlsplit(url)
    named = {urlsplit(one).hostname if "://" in one else one.lower() for one in allowed}
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise Refused(f"{url!r} is no URL to load; it is http:// or https://, a host, perhaps a port and a path")
    if not is_loopback(parts.hostname) and parts.hostname not in named:
        raise Refused(
            f"{parts.hostname} is not this machine. Load what is yours alone, and say so: --allow {parts.hostname}"
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own, without asking a resolver."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def target_of(name: str, told: Told, *, is_thrown_away: bool = False) -> Target:
    """What run.json or cloud.json tells: every client that may write, and everybody who can sign in and write."""
    keys = [client["key"] for client in told["clients"] if client["role"] in WRITERS]
    return Target(name, check_url(told["url"]), keys, _people(told), is_thrown_away)


def read_secrets(file: Path | None, environment: Mapping[str, str]) -> tuple[list[str], list[dict[str, str]]]:
    """Keys and people: of a file as run.json is, or with a key on each line; or keys of the environment.

    Raises Refused when there are none.
    """
    text = environment.get(KEYS_VARIABLE, "") if file is None else file.read_text(encoding="utf-8")
    people: list[dict[str, str]] = []
    if text.lstrip().startswith("{"):
        told: Told = json.loads(text)
        keys, people = [client["key"] for client in told["clients"] if client["role"] in WRITERS], _people(told)
    else:
        keys = text.split()
    if not keys:
        raise Refused(
            f"there is no client's key: name a file with one on each line (--key-file), or set {KEYS_VARIABLE}"
        )
    return keys, people


def _people(told: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"email": person["email"], "password": person["password"]}
        for person in told.get("people", [])
        if person["role"] in WRITERS
    ]
