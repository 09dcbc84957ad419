"""What the services' functions are configured with, and the events that they are asked with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.world import key_of

DOCUMENTED = Path(__file__).parents[1] / "gateway/events/01_get_resource.json"
REQUESTS = {
    "customers": "/v1/customers",
    "sales": "/v1/opportunities",
    "accounts": "/v1/people",
    "workspace": "/v1/changes",
    "reports": "/v1/reports/pipeline",
    "forms": "/sign-in",
}
"""A path that each service of requests answers GET with 200 at."""
WORK: dict[str, list[tuple[Any, set[str]]]] = {
    "automations": [({"task": "jobs"}, {"jobs"}), ({"task": "maintain"}, {"partitions", "removed"})],
    "migrations": [({"command": "status"}, {"head", "applied", "pending", "log"})],
    "key_sync": [({"Records": []}, {"batchItemFailures"})],
}
"""Events of the services that no request reaches -> the answer's fields."""


def first_event(service: str, *, who: str = "ada") -> Any:
    """What a service is asked first. who: whose client asks."""
    return request("GET", REQUESTS[service], who=who) if service in REQUESTS else WORK[service][0][0]


def environment_of(service: str, url: Callable[[str], str]) -> dict[str, str]:
    """The variables that a service's function has. url: of the database, by role."""
    match service:
        case "migrations":
            return {"SKEP_DATABASE_OWNER_URL": url("skep_owner")}
        case "automations":
            return {"SKEP_DATABASE_URL": url("skep_job")}
        case "key_sync":
            return {"SKEP_ENVIRONMENT": "test", "SKEP_USAGE_PLAN_ID": "p1"}
        case _:
            return {"SKEP_DATABASE_URL": url("skep_app")}


def request(
    method: str, path: str, body: Any = None, *, who: str | None = "ada", headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """API Gateway's documented event, made another request: by a person's client, with a JSON body if any."""
    event: dict[str, Any] = json.loads(DOCUMENTED.read_text(encoding="utf-8"))["event"]
    path, _, query = path.partition("?")
    parameters = dict(part.split("=", 1) for part in query.split("&")) if query else None
    sent = {**event["headers"], **({"x-api-key": key_of(who)} if who else {}), **(headers or {})}
    if body is not None:
        sent["Content-Type"] = "application/json"
    return {
        **event,
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": parameters,
        "multiValueQueryStringParameters": {n: [v] for n, v in parameters.items()} if parameters else None,
        "requestContext": {**event["requestContext"], "resourcePath": path, "httpMethod": method},
        "body": None if body is None else json.dumps(body),
    }
