"""One request of the collection, and Postman's own form of it (collection format 2.1)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["ADMIN", "BASE", "NOBODY", "Call", "Folder", "Json", "Lines", "event", "find_events", "folder_item"]

Json = dict[str, Any]
Lines = tuple[str, ...]

BASE = "{{base_url}}"
ADMIN = "key"
"""The environment's variable with the key that most requests carry."""
NOBODY = ""

_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "skep/postman")


@dataclass(frozen=True)
class Call:
    """A request. path: after base_url, with {{variables}}; tests: lines of JavaScript that judge the answer.

    who: the variable that holds its key, or NOBODY. before: lines that run before it is sent.
    body: JSON when it is no text. url: instead of base_url and path, for what another host answers.
    """

    name: str
    method: str
    path: str
    tests: Lines
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    before: Lines = ()
    who: str = ADMIN
    url: str | None = None

    def as_item(self, where: str) -> Json:
        """The item of the collection. where: the folder, part of the id that Postman knows it by."""
        request: Json = {"method": self.method, "header": [{"key": k, "value": v} for k, v in self._all_headers()]}
        if self.who != ADMIN:
            request["auth"] = key_auth(self.who) if self.who else {"type": "noauth"}
        if self.body is not None:
            request["body"] = self._body()
        request["url"] = self._url()
        events = [event("prerequest", self.before)] if self.before else []
        return {
            "id": str(uuid.uuid5(_IDS, f"{where}/{self.name}")),
            "name": self.name,
            "event": [*events, event("test", self.tests)],
            "request": request,
        }

    def _all_headers(self) -> list[tuple[str, str]]:
        typed = any(name == "Content-Type" for name, _ in self.headers)
        json_type = [("Content-Type", "application/json")] if self.body is not None and not typed else []
        return [*json_type, *self.headers]

    def _body(self) -> Json:
        raw = self.body if isinstance(self.body, str) else json.dumps(self.body, indent=2, ensure_ascii=False)
        return {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json" if raw != self.body else "text"}}}

    def _url(self) -> Json | str:
        if self.url is not None:
            return self.url
        path, _, query = self.path.partition("?")
        url: Json = {"raw": BASE + self.path, "host": [BASE], "path": path.strip("/").split("/")}
        if query:
            pairs = [pair.partition("=") for pair in query.split("&")]
            url["query"] = [{"key": name, "value": value} for name, _, value in pairs]
        return url


@dataclass(frozen=True)
class Folder:
    """Calls that belong together, in the order in which they run."""

    name: str
    description: str
    calls: tuple[Call, ...]


def folder_item(folder: Folder) -> Json:
    """A folder of the collection with its requests."""
    return {
        "id": str(uuid.uuid5(_IDS, folder.name)),
        "name": folder.name,
        "description": folder.description,
        "item": [call.as_item(folder.name) for call in folder.calls],
    }


def key_auth(variable: str) -> Json:
    """The key of a variable in the header that API Gateway reads."""
    said = {"key": "x-api-key", "value": f"{{{{{variable}}}}}", "in": "header"}
    return {"type": "apikey", "apikey": [{"key": k, "value": v, "type": "string"} for k, v in said.items()]}


def event(listen: str, lines: Iterable[str]) -> Json:
    """A script of an item. listen: prerequest or test."""
    return {"listen": listen, "script": {"type": "text/javascript", "exec": list(lines)}}


def find_events(item: Json, listen: str) -> list[str]:
    """The lines of an item's scripts of this kind."""
    return [line for one in item.get("event", []) if one["listen"] == listen for line in one["script"]["exec"]]
