"""What the gateway's tests share: the documented events, and builders for our own."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.local.api_gateway.gateway import Gateway
from services.local.api_gateway.invoke import Handler, LocalContext
from services.local.api_gateway.messages import Request, Response
from services.local.api_gateway.proxy_event import Place
from services.shared.lambda_adapter import make_handler

CONTEXT = LocalContext("lambda-1", "skep-test")
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


def environ_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return the environ that an app gets for `event`."""
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        start_response("204 No Content", [])
        return []

    make_handler(app)(event, CONTEXT)
    return seen


def answer_with_event(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with the event; the handler's name for a few behaviours is in the path."""
    name = (event["pathParameters"] or {}).get("name")
    if name == "slow":
        time.sleep(0.5)
    if name == "broken":
        raise RuntimeError("secret detail")
    if name == "exits":
        raise SystemExit(3)
    if name == "context":
        event = {"left": context.get_remaining_time_in_millis(), "name": context.function_name}
    return {
        "statusCode": 200,
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "body": json.dumps(event, ensure_ascii=False),
    }


def call(gateway: Gateway, method: str, target: str, body: Any = None, **headers: str | bytes) -> tuple[Response, Any]:
    """Send one request; return the response and its JSON, if it is JSON."""
    host = urllib.parse.urlsplit(gateway.url).netloc
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, body=body, headers=names)
        answer = connection.getresponse()
        response = Response(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()
    is_json = "json" in (answer.getheader("Content-Type") or "") and response.body
    return response, json.loads(response.body) if is_json else None


def send(gateway: Gateway, data: bytes) -> bytes:
    """Send raw bytes; return everything that comes back until the server closes."""
    url = urllib.parse.urlsplit(gateway.url)
    with socket.create_connection((url.hostname, url.port), timeout=5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65_536):
            received += piece
    return received
