"""`python -m services.local.picture` draws what stands in AWS: the catalog, the routes, Terraform's modules."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.local.catalog import read_catalog, read_routes

__all__ = ["PAGE", "Unknown", "draw", "read_modules", "replace_picture"]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "aws.md"
PLATFORM = ROOT / "terraform" / "modules" / "platform"

MODULE = re.compile(r'^module "(\w+)" \{\s+source\s+= "\.\./(\w+)"', re.MULTILINE)
PICTURE = re.compile(r"```mermaid\n.*?```\n", re.DOTALL)

CALLERS = {
    "session": 'people(["people: pages, by session"])',
    "api_key": 'programs(["programs: /v1, by key"])',
    "iam": 'roles(["IAM roles: /iam/v1, signed"])',
    "public": 'anyone(["anyone: a few paths"])',
}
PLACES = {
    "none": "isolated subnets",
    "internet": "private subnets, NAT gateway",
    "aws": "outside the VPC",
}
USES = {
    "files": "{service} --> files",
    "key_queue": "{service} --> keys",
    "master_secret": '{service} -- "master\'s password" --> secret',
    "replica": '{service} -. "reads" .-> replica',
    "usage_plan": '{service} -- "keys of clients" --> api',
    "work_queue": "{service} --> work",
}
"""What an entry of the catalog may say under `uses` -> the line that is drawn for it."""

MODULES: Mapping[str, tuple[str, ...]] = {
    "api": ('api["<b>api</b><br/>REST API, usage plans, firewall, access log"]', 'api -- "/assets" --> assets'),
    "database": ('secret["Secrets Manager<br/>master\'s password"]',),
    "key": ('key{{"<b>key</b><br/>KMS: encrypts all of it"}}',),
    "lambda_service": (),
    "network": (),
    "observability": (
        'alarms["<b>observability</b><br/>dashboards, alarms, topic"]',
        'logs[/"logs and metrics of all of it"/] --> alarms --> mail(["e-mail"])',
    ),
    "work": (
        'subgraph work_module["<b>work</b>"]',
        '  work[["queue work"]]',
        '  keys[["queue keys"]]',
        '  dead[["dead letters"]]',
        '  schedules(("schedules"))',
        '  files[("bucket files")]',
        '  assets[("bucket assets")]',
        "end",
        'work & keys -. "after three tries" .-> dead',
    ),
}
"""A module that terraform/modules/platform calls -> what is drawn for it alone; the rest is drawn from the catalog."""


class Unknown(ValueError):
    """The code has a part that the picture doesn't know how to draw."""


def read_modules() -> dict[str, str]:
    """The modules that the platform calls: the call's name -> the module."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PLATFORM.glob("*.tf")))
    return dict(MODULE.findall(text))


def draw() -> str:
    """The picture in Mermaid's notation. Raises Unknown when this module has to learn a new part first."""
    catalog, called = read_catalog(), set(read_modules().values())
    if called != set(MODULES):
        raise Unknown(f"platform calls {sorted(called)}, and the picture draws {sorted(MODULES)}.")
    lines = ["flowchart LR"]
    for module in sorted(MODULES):
        lines += MODULES[module]
    lines += _places(catalog)
    lines += _callers(catalog)
    lines += _work(catalog)
    lines += _data(catalog)
    return "\n".join(line if line == "flowchart LR" else f"  {line}" for line in lines) + "\n"


def _places(catalog: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The functions, in the place that their egress gives them; the database stands in the isolated subnets."""
    inside = [place for place in ("none", "internet") if any(entry["egress"] == place for entry in catalog.values())]
    yield 'subgraph vpc["<b>network</b>: VPC, endpoints, flow log"]'
    for place in inside:
        yield f'  subgraph egress_{place}["{PLACES[place]}"]'
        yield from (f"    {_function(name, entry)}" for name, entry in catalog.items() if entry["egress"] == place)
        if place == "none":
            yield '    postgres[("<b>database</b><br/>Postgres 17")]'
            yield '    replica[("replica,<br/>where there is one")]'
        yield "  end"
    yield "end"
    yield from (_function(name, entry) for name, entry in catalog.items() if entry["egress"] == "aws")


def _function(name: str, entry: Mapping[str, Any]) -> str:
    place = f"<br/>{PLACES['aws']}" if entry["egress"] == "aws" else ""
    return f'{name}["{name}<br/>{entry["memory_mb"]} MB, {entry["timeout_seconds"]} s{place}"]'


def _callers(catalog: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Who calls the API, and which service answers on how many paths."""
    routes = read_routes()
    asked = {route["authorization"] for route in routes}
    if unknown := asked.difference(CALLERS):
        raise Unknown(f"The picture knows no callers by {sorted(unknown)}.")
    yield from (f"{caller} --> api" for authorization, caller in CALLERS.items() if authorization in asked)
    paths = Counter(route["service"] for route in routes)
    yield from (f'api -- "{paths[name]} paths" --> {name}' for name in catalog if paths[name])


def _work(catalog: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Who reads the queues: the same rule as in terraform/modules/platform/catalog.tf."""
    for name, entry in catalog.items():
        if "key_queue" in entry["uses"]:
            yield f"work & schedules --> {name}"
        if "usage_plan" in entry["uses"]:
            yield f"keys --> {name}"


def _data(catalog: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What functions keep and read."""
    roles = sorted({entry["database"] for entry in catalog.values() if entry["database"]})
    for role in roles:
        names = [name for name, entry in catalog.items() if entry["database"] == role]
        yield f'{" & ".join(names)} -- "{role}" --> postgres'
    yield 'replica -. "follows" .-> postgres'
    for use in sorted({use for entry in catalog.values() for use in entry["uses"]}):
        if use not in USES:
            raise Unknown(f"The picture doesn't know how a service uses {use}.")
        names = [name for name, entry in catalog.items() if use in entry["uses"]]
        yield USES[use].format(service=" & ".join(names))


def replace_picture(page: str) -> str:
    """The page with today's picture in place of the one that it has."""
    return PICTURE.sub(lambda _: f"```mermaid\n{draw()}```\n", page, count=1)


if __name__ == "__main__":
    PAGE.write_text(replace_picture(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"drew {PAGE.relative_to(ROOT)}", file=sys.stderr)
