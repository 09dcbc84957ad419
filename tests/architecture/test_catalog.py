"""The catalog, the folders, the routes and the applications say the same about what there is."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import accumulate

from services.local.catalog import (
    DATABASE,
    EGRESS,
    USES,
    describe_gateway,
    find_routes,
    read_catalog,
    read_gateway,
    read_routes,
)
from services.registry import TABLES
from tests.architecture.tree import ROOT, expect_none, list_files

KINDS = {"api": {"api_key", "iam", "public"}, "web": {"session", "public"}, "worker": set[str]()}
"""Kind of service -> how its callers may show who they are."""

MAX_RESOURCES = 300
"""API Gateway's quota of resources an API (it can be raised, but not beyond what one deployment takes)."""

ROUTE_PARTS = re.compile(r"\{[a-z_]+\}|\{[a-z_]+\+\}|[a-z0-9._-]+")
"""What API Gateway takes between two slashes, in our spelling."""


def test_every_service_with_a_handler_stands_in_the_catalog_and_every_entry_has_its_folder() -> None:
    folders = {name.split("/")[1] for name in list_files() if re.fullmatch(r"services/\w+/handler\.py", name)}
    assert folders == set(read_catalog())


def test_every_service_with_a_mount_has_an_application() -> None:
    mounted = [name for name, entry in read_catalog().items() if entry["mounts"]]
    assert mounted
    expect_none(name for name in mounted if not (ROOT / "services" / name / "app.py").is_file())


def test_every_entry_of_the_catalog_says_all_that_terraform_needs() -> None:
    catalog = read_catalog()
    wanted = {"kind", "mounts", "memory_mb", "timeout_seconds", "egress", "database", "uses", "extras"}
    expect_none(name for name, entry in catalog.items() if set(entry) != wanted or entry["kind"] not in KINDS)
    expect_none(name for name, entry in catalog.items() if entry["egress"] not in EGRESS)
    expect_none(name for name, entry in catalog.items() if entry["database"] not in DATABASE)
    expect_none(name for name, entry in catalog.items() if set(entry["uses"]) - set(USES))
    over = [name for name, entry in catalog.items() if entry["mounts"] and entry["timeout_seconds"] >= 29]
    assert over == [], "API Gateway ends a request at 29 s: a service must have given up before"


def test_what_stands_outside_the_vpc_has_no_database() -> None:
    expect_none(n for n, entry in read_catalog().items() if (entry["egress"] == "aws") != (entry["database"] is None))


def test_every_mount_takes_callers_that_its_kind_of_service_knows() -> None:
    catalog = read_catalog().values()
    wrong = [m for entry in catalog for m in entry["mounts"] if m["authorization"] not in KINDS[entry["kind"]]]
    assert wrong == []


def test_every_public_mount_says_why_it_is_public() -> None:
    public = [m for entry in read_catalog().values() for m in entry["mounts"] if m["authorization"] == "public"]
    assert public
    expect_none(mount["prefix"] for mount in public if len(mount.get("reason", "").split()) < 4)


def test_every_route_has_an_authorization_of_its_services_mounts() -> None:
    catalog, routes = read_catalog(), read_routes()
    assert routes
    expect_none(
        route["path"]
        for route in routes
        if route["authorization"] not in {m["authorization"] for m in catalog[route["service"]]["mounts"]}
    )


def test_the_checked_in_routes_are_those_of_the_applications() -> None:
    assert read_routes() == find_routes(), "`make routes` writes services/routes.json anew"


def test_the_checked_in_words_of_api_gateway_are_those_of_the_code() -> None:
    assert read_gateway() == describe_gateway(), "`make routes` writes services/gateway.json anew"


def test_api_gateway_answers_in_problem_documents() -> None:
    responses = read_gateway()["responses"]
    assert {"MISSING_AUTHENTICATION_TOKEN", "INTEGRATION_FAILURE", "DEFAULT_5XX"} <= set(responses)
    for kind, response in responses.items():
        assert response["status"] == str(response["body"]["status"]), kind
        assert response["body"]["request_id"] == "$context.requestId", kind
        # API Gateway reads a body as a template: $ and # stand for something in it.
        words = [str(word) for name, word in response["body"].items() if name != "request_id"]
        expect_none(f"{kind}: {word}" for word in words if "$" in word or "#" in word)


def test_every_service_with_a_mount_has_a_route() -> None:
    mounted = {name for name, entry in read_catalog().items() if entry["mounts"]}
    assert {route["service"] for route in read_routes()} == mounted


def test_clients_and_iam_roles_have_the_same_routes() -> None:
    by_key = {r["path"]: r["service"] for r in read_routes() if r["authorization"] == "api_key"}
    by_role = {r["path"].removeprefix("/iam"): r["service"] for r in read_routes() if r["authorization"] == "iam"}
    assert by_key
    assert by_key == by_role


def test_api_gateway_takes_every_path() -> None:
    paths = [route["path"] for route in read_routes()]
    expect_none(path for path in paths if path != "/" and not all(map(ROUTE_PARTS.fullmatch, path[1:].split("/"))))
    expect_none(path for path in paths if "+}" in path.rstrip("}").rstrip("+"))


def test_api_gateway_has_room_for_the_resources() -> None:
    assert 0 < len(_resources()) <= MAX_RESOURCES


def test_parameters_side_by_side_have_one_name() -> None:
    names = defaultdict(set)
    for path in _resources():
        above, _, last = path.rpartition("/")
        if last.startswith("{"):
            names[above].add(last)
    assert names
    expect_none(f"{above}: {sorted(found)}" for above, found in names.items() if len(found) > 1)


def test_every_table_has_its_routes() -> None:
    paths = {route["path"] for route in read_routes()}
    expect_none(name for name in TABLES if f"/v1/{name}" not in paths)


def _resources() -> set[str]:
    """API Gateway's resources: every path and what stands above it. "" is the root."""
    return {above for r in read_routes() for above in accumulate(r["path"].rstrip("/").split("/"), "{}/{}".format)}
