"""What the gateway's tests share: the documented events, and builders for our own."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.local.gateway import Gateway
from services.local.invoke import Handler
from services.local.messages import Request
from services.local.proxy_event import Place

EVENTS = Path(__file__).parent / "events"


@dataclass(frozen=True)
class DocumentedEvent:
    """One file of events/: a documented event, its source, and what must come of it.

    `request` is the HTTP request that API Gateway makes it of (None where the local gateway has
    no such feature: authorizers, client certificates), `environ` what WSGI must see of it.
    """

    name: str
    source: str
    event: dict[str, Any]
    environ: dict[str, Any]
    body: bytes
    request: dict[str, Any] | None

    def as_request(self) -> Request:
        """Return the HTTP request, as the local gateway's server reads it."""
        assert self.request is not None
        path, _, query = self.request["url"].partition("?")
        return Request(
            method=self.request["method"],
            path=path,
            query=query,
            headers=[(name, value) for name, value in self.request["headers"]],
            body=base64.b64decode(self.request["body_base64"]),
            source_ip="203.0.113.10",
        )

    @property
    def place(self) -> Place:
        """Where the API stands."""
        assert self.request is not None
        return Place(self.request["stage"], self.request["base_path"])


def list_events() -> list[DocumentedEvent]:
    """Return every documented event, in the order of the files' names."""
    return [_read(file) for file in sorted(EVENTS.glob("*.json"))]


def _read(file: Path) -> DocumentedEvent:
    content = json.loads(file.read_text())
    return DocumentedEvent(
        name=file.stem,
        source=content["source"],
        event=content["event"],
        environ=content["environ"],
        body=base64.b64decode(content["body_base64"]),
        request=content.get("request"),
    )


def make_event(
    method: str = "GET",
    path: str = "/echo",
    *,
    resource: str = "/{proxy+}",
    query: dict[str, list[str]] | None = None,
    headers: dict[str, list[str]] | None = None,
    body: str | None = None,
    is_base64: bool = False,
    domain: str = "crm.example.com",
    stage: str = "live",
    identity: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a REST API proxy event for a custom domain without a base path."""
    many = {"Host": [domain], **(headers or {})}
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in many.items()},
        "multiValueHeaders": many,
        "queryStringParameters": {n: v[-1] for n, v in query.items()} if query else None,
        "multiValueQueryStringParameters": query,
        "pathParameters": {"proxy": path.strip("/")} if "+}" in resource else None,
        "stageVariables": None,
        "requestContext": {
            "requestId": "request-1",
            "stage": stage,
            "domainName": domain,
            "identity": {"sourceIp": "203.0.113.10", "userArn": None, **(identity or {})},
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }


def make_gateway(handler: Handler, **options: Any) -> Gateway:
    """Return a gateway with one handler behind a route of each authorization."""
    routes = [
        {"path": "/v1/{name}", "service": "one", "authorization": "public"},
        {"path": "/key/{name}", "service": "one", "authorization": "api_key"},
        {"path": "/iam/{name}", "service": "one", "authorization": "iam"},
        {"path": "/app/{rest+}", "service": "one", "authorization": "session"},
    ]
    return Gateway(routes, {"one": handler}, **options)
