"""The catalog of services, and the routes that API Gateway exposes: made of the catalog and the applications."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from services.shared.database import Database
from services.shared.settings import Settings
from services.shared.web import IAM_MOUNT

__all__ = ["CATALOG", "EGRESS", "ROUTES", "find_routes", "read_catalog", "read_routes", "web_services"]

SERVICES = Path(__file__).parent.parent
CATALOG = SERVICES / "catalog.json"
ROUTES = SERVICES / "routes.json"

EGRESS = {
    "none": "in isolated subnets: the database, and what has an endpoint in the VPC",
    "aws": "outside the VPC: AWS's control plane, which has no endpoint there, and no database",
    "internet": "in private subnets behind a NAT gateway, which exists only for such a service",
}
"""What a service of the catalog can reach."""


def read_catalog() -> dict[str, dict[str, Any]]:
    """Service -> its entry."""
    services: dict[str, dict[str, Any]] = json.loads(CATALOG.read_text(encoding="utf-8"))["services"]
    return services


def read_routes() -> list[dict[str, str]]:
    """The checked-in routes: [{"path", "service", "authorization"}]."""
    routes: list[dict[str, str]] = json.loads(ROUTES.read_text(encoding="utf-8"))
    return routes


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


def write_routes() -> None:
    """Writes routes.json anew, a line a route."""
    lines = ",\n".join("  " + json.dumps(route) for route in find_routes())
    ROUTES.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    write_routes()
    print(f"wrote {len(read_routes())} routes", file=sys.stderr)
