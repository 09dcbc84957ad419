"""The catalog of services; the routes that API Gateway exposes and what it says by itself, made of the code."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from services.local.api_gateway.proxy_event import BINARY_MEDIA_TYPES
from services.local.api_gateway.responses import RESPONSES, describe
from services.shared.database import Database
from services.shared.settings import Settings
from services.shared.web import IAM_MOUNT

__all__ = [
    "CATALOG",
    "DATABASE",
    "EGRESS",
    "GATEWAY",
    "ROUTES",
    "USES",
    "describe_gateway",
    "find_routes",
    "read_catalog",
    "read_gateway",
    "read_routes",
    "web_services",
]

SERVICES = Path(__file__).parent.parent
CATALOG = SERVICES / "catalog.json"
ROUTES = SERVICES / "routes.json"
GATEWAY = SERVICES / "gateway.json"

EGRESS = {
    "none": "in isolated subnets: the database, and what has an endpoint in the VPC",
    "aws": "outside the VPC: AWS's control plane, which has no endpoint there, and no database",
    "internet": "in private subnets behind a NAT gateway, which exists only for such a service",
}
"""What a service of the catalog can reach."""

DATABASE = {
    "skep_app": "answers requests; one connection for each execution environment",
    "skep_job": "works without a request; a second connection tells how far a job is",
    "skep_owner": "changes the schema, past any proxy; one run at a time",
    None: "no database",
}
"""The role that a service connects as."""

USES = {
    "files": "puts files into the bucket and gets them",
    "key_queue": "tells which keys there are",
    "master_secret": "reads the password of the database's master, to make the roles",
    "replica": "reads from a replica where there is one",
    "usage_plan": "makes, attaches and deletes API Gateway's keys",
    "work_queue": "tells of a job or of a key",
}
"""What a service has a right to, and a setting for. Terraform gives it both."""


def read_catalog() -> dict[str, dict[str, Any]]:
    """Service -> its entry."""
    services: dict[str, dict[str, Any]] = json.loads(CATALOG.read_text(encoding="utf-8"))["services"]
    return services


def read_routes() -> list[dict[str, str]]:
    """The checked-in routes: [{"path", "service", "authorization"}]."""
    routes: list[dict[str, str]] = json.loads(ROUTES.read_text(encoding="utf-8"))
    return routes


def read_gateway() -> dict[str, Any]:
    """What the checked-in file tells API Gateway: {"binary_media_types", "responses": {kind: {"status", "body"}}}."""
    gateway: dict[str, Any] = json.loads(GATEWAY.read_text(encoding="utf-8"))
    return gateway


def web_services() -> list[str]:
    """The services that requests reach."""
    return [name for name, entry in read_catalog().items() if entry["mounts"]]


def find_routes() -> list[dict[str, str]]:
    """The routes of all applications, each path once, in the notation of API Gateway, sorted."""
    settings = Settings(database_url="postgresql://nobody@localhost/nothing")
    catalog = read_catalog()
    found: dict[str, dict[str, str]] = {}
    for name in web_services():
        app = import_module(f"services.{name}.app").build_app(settings, Database(settings.database_url))
        for rule in app.url_map.iter_rules():
            for path in _with_iam(catalog[name], "".join(_parts(rule.rule))):
                other = found.get(path, {}).get("service", name)
                if other != name:
                    raise ValueError(f"{path} belongs to both {other} and {name}")
                found[path] = {"path": path, "service": name, "authorization": _authorization(catalog[name], path)}
    return [found[path] for path in sorted(found)]


def _with_iam(entry: dict[str, Any], path: str) -> Iterator[str]:
    """The path, and its twin for IAM roles where clients call it by key: the applications answer below both."""
    yield path
    mounts = {mount["prefix"] for mount in entry["mounts"] if mount["authorization"] == "iam"}
    if _authorization(entry, path) == "api_key" and f"{IAM_MOUNT}/v1" in mounts:
        yield IAM_MOUNT + path


def _parts(rule: str) -> Iterator[str]:
    for text, converter, variable in re.findall(r"([^<]+)|<(?:(\w+):)?(\w+)>", rule):
        yield text or (f"{{{variable}+}}" if converter == "path" else f"{{{variable}}}")


def _authorization(entry: dict[str, Any], path: str) -> str:
    """What the longest mount above the path says."""
    above = [m for m in entry["mounts"] if path == m["prefix"] or path.startswith(m["prefix"].rstrip("/") + "/")]
    if not above:
        raise ValueError(f"{path} stands under no mount of its service")
    return str(max(above, key=lambda mount: len(mount["prefix"]))["authorization"])


def describe_gateway() -> dict[str, Any]:
    """What API Gateway has to be told besides the routes."""
    responses = {kind: describe(error) for kind, error in sorted(RESPONSES.items())}
    return {"binary_media_types": list(BINARY_MEDIA_TYPES), "responses": responses}


def write_routes() -> None:
    """Writes routes.json anew, a line a route."""
    lines = ",\n".join("  " + json.dumps(route) for route in find_routes())
    ROUTES.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def write_gateway() -> None:
    """Writes gateway.json anew."""
    GATEWAY.write_text(json.dumps(describe_gateway(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_routes()
    write_gateway()
    print(f"wrote {len(read_routes())} routes", file=sys.stderr)
