"""Functions asked directly, a version at a time, before any caller is."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from jenkins.release.errors import ReleaseError
from services.local.api_gateway.messages import Request
from services.local.api_gateway.proxy_event import Caller, Place, make_event
from services.local.api_gateway.routing import Match, Route
from services.local.catalog import read_catalog, read_routes

__all__ = ["FunctionFailed", "Probe", "invoke", "list_probes", "migrate", "probe"]

HOST = "smoke.invalid"
OPEN, REFUSED = 200, 401


class FunctionFailed(ReleaseError):
    """A function raised, or answered otherwise than it should."""


class Probe:
    """A question to a service, and what it has to answer. What has a key that nobody has is refused by the database."""

    def __init__(self, service: str, event: Mapping[str, Any], status: int | None) -> None:
        self.service, self.event, self.status = service, event, status

    def __str__(self) -> str:
        return str(self.event.get("path") or json.dumps(self.event))


def invoke(client: Any, function: str, qualifier: str, event: Mapping[str, Any]) -> Any:
    """What a version, or an alias, answers. client: boto3's of Lambda. Raises FunctionFailed, ClientError."""
    answer = client.invoke(FunctionName=function, Qualifier=qualifier, Payload=json.dumps(event).encode())
    content = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        said = content.get("errorMessage", content) if isinstance(content, dict) else content
        raise FunctionFailed(f"{function}:{qualifier} failed: {said}")
    return content


def migrate(client: Any, function: str, qualifier: str) -> list[str]:
    """Brings the schema up to what a version of the migrations knows, and gives what was applied. May be run again.

    A run stops by itself before Lambda's limit; then the next one goes on. Raises FunctionFailed, ClientError.
    """
    before: list[str] = invoke(client, function, qualifier, {"command": "status"})["applied"]
    applied = before
    while True:
        answer = invoke(client, function, qualifier, {"command": "upgrade"})
        if not answer["pending"]:
            return [name for name in answer["applied"] if name not in before]
        if answer["applied"] == applied:
            raise FunctionFailed(f"{function}:{qualifier} applies nothing, and {answer['pending'][0]} is left to do")
        applied = answer["applied"]


def list_probes() -> Iterator[Probe]:
    """The questions for every service of the catalog, in its order."""
    for service, entry in read_catalog().items():
        if service == "migrations":
            yield Probe(service, {"command": "status"}, None)
        elif not entry["mounts"]:
            yield Probe(service, {"Records": []}, None)
        else:
            yield from _list_requests(service)


def probe(client: Any, function: str, version: str, question: Probe) -> Any:
    """The answer of a version: of a request its body. Raises FunctionFailed, ClientError."""
    answer = invoke(client, function, version, question.event)
    if question.status is None:
        return answer
    status = answer.get("statusCode") if isinstance(answer, dict) else answer
    if status != question.status:
        said = str(answer.get("body"))[:500] if isinstance(answer, dict) else ""
        raise FunctionFailed(
            f"{function}:{version} answers {question} with {status} in place of {question.status}. {said}"
        )
    return answer.get("body")


def _list_requests(service: str) -> Iterator[Probe]:
    """Every public path, which has to answer; where there is none, one that has to refuse a key that nobody has."""
    plain = [route for route in read_routes() if route["service"] == service and "{" not in route["path"]]
    public = [route for route in plain if route["authorization"] == "public"]
    keyed = [route for route in plain if route["authorization"] == "api_key" and not route["path"].startswith("/iam/")]
    for route in public or keyed[:1]:
        yield Probe(service, _make_request(route), OPEN if public else REFUSED)


def _make_request(route: Mapping[str, str]) -> dict[str, Any]:
    key = f"skp_smoke_{secrets.token_urlsafe(32)}" if route["authorization"] == "api_key" else None
    headers = [("host", HOST), ("accept", "*/*"), *([("x-api-key", key)] if key else [])]
    match = Match(Route(route["path"], route["service"], route["authorization"]), {})
    request = Request("GET", route["path"], headers=headers)
    return make_event(request, match, Place(), Caller(api_key=key), secrets.token_hex(16))
