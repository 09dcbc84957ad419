"""SonarQube's web API: parameters in, JSON out, and its refusals in its own words."""

from __future__ import annotations

import base64
import json
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

SECONDS = 30.0
PAGE = 500


class Unreachable(Exception):
    """No answer, or one that isn't SonarQube's."""


class Refused(Exception):
    """SonarQube said no. status: HTTP's."""

    def __init__(self, path: str, status: int, reasons: list[str]) -> None:
        super().__init__(f"{path}: {status} {'; '.join(reasons) or 'without a reason'}")
        self.status = status


class Sonar:
    """A server, asked as somebody: by a token, or as admin by a password, or as nobody."""

    def __init__(self, url: str, *, token: str = "", password: str = "", login: str = "admin") -> None:
        self.url = url.rstrip("/")
        pair = base64.b64encode(f"{login}:{password}".encode()).decode()
        door = f"Bearer {token}" if token else f"Basic {pair}" if password else ""
        self._headers = {"Accept": "application/json"} | ({"Authorization": door} if door else {})

    def get(self, path: str, **params: object) -> Any:
        """The answer to a question. Raises Refused or Unreachable."""
        return self._ask("GET", path, params)

    def post(self, path: str, **params: object) -> Any:
        """The answer to an order, None where it has no body. Raises Refused or Unreachable."""
        return self._ask("POST", path, params)

    def list_all(self, path: str, field: str, **params: object) -> list[dict[str, Any]]:
        """All pages of a list. field: where in the answer it is."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(path, **params, p=len(found) // PAGE + 1, ps=PAGE)
            found += page[field]
            if len(page[field]) < PAGE:
                return found

    def _ask(self, method: str, path: str, params: dict[str, object]) -> Any:
        parts = urlsplit(self.url)
        fields = urlencode({name: value for name, value in params.items() if value is not None})
        target = f"{parts.path}/{path}" + (f"?{fields}" if method == "GET" and fields else "")
        body = fields if method == "POST" else None
        headers = self._headers | ({"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {})
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        try:
            with closing(kind(parts.netloc, timeout=SECONDS)) as connection:
                connection.request(method, target, body=body, headers=headers)
                answer = connection.getresponse()
                status, text = answer.status, answer.read()
        except (OSError, HTTPException) as error:
            raise Unreachable(f"{self.url} doesn't answer: {error or type(error).__name__}") from error
        return _understand(path, status, text)


def _understand(path: str, status: int, text: bytes) -> Any:
    try:
        data = json.loads(text) if text.strip() else None
    except ValueError as error:
        if status < 400:
            raise Unreachable(f"{path}: {status}, but no JSON: is this SonarQube?") from error
        data = None
    if status >= 500:
        raise Unreachable(f"{path}: {status}")
    if status >= 300:
        said = data.get("errors", []) if isinstance(data, dict) else []
        raise Refused(path, status, [str(error.get("msg")) for error in said])
    return data
