"""The OpenAPI document is valid and describes exactly the routes that clients have."""

from __future__ import annotations

import re
from collections import defaultdict

from openapi_spec_validator import OpenAPIV31SpecValidator

from services.local.catalog import read_routes
from services.records.rest.openapi import type_name
from services.registry import TABLES
from services.workspace.description import describe
from tests.architecture.applications import build_applications
from tests.architecture.tree import expect_none

METHODS = {"get", "post", "put", "patch", "delete"}


def test_the_document_is_valid_openapi_3_1() -> None:
    expect_none(str(error) for error in OpenAPIV31SpecValidator(describe("/")).iter_errors())


def test_the_document_describes_exactly_the_routes_of_clients_and_the_public_ones_beside_them() -> None:
    routes = {r["path"] for r in read_routes() if r["path"].startswith("/v1/")}
    assert routes
    assert set(describe("/")["paths"]) == routes


def test_the_document_describes_exactly_the_methods_that_each_path_takes() -> None:
    described = {
        path: {method for method in item if method in METHODS} for path, item in describe("/")["paths"].items()
    }
    taken: dict[str, set[str]] = defaultdict(set)
    for app in build_applications().values():
        for rule in app.url_map.iter_rules():
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            if path.startswith("/v1/"):
                taken[path] |= {method.lower() for method in rule.methods or ()} & METHODS
    assert taken
    assert described == taken


def test_public_routes_are_described_as_open_and_no_others() -> None:
    public = {r["path"] for r in read_routes() if r["authorization"] == "public" and r["path"].startswith("/v1/")}
    open_ones = {
        path
        for path, item in describe("/")["paths"].items()
        for method, operation in item.items()
        if method in METHODS and operation.get("security") == []
    }
    assert public
    assert open_ones == public


def test_every_operation_has_an_id_of_its_own_and_says_how_it_fails() -> None:
    operations = [
        operation for item in describe("/")["paths"].values() for method, operation in item.items() if method in METHODS
    ]
    ids = [operation["operationId"] for operation in operations]
    assert ids
    assert len(set(ids)) == len(ids)
    expect_none(o["operationId"] for o in operations if not any(status[0] in "45d" for status in o["responses"]))


def test_every_table_is_described_as_read_as_made_and_as_changed() -> None:
    schemas = describe("/")["components"]["schemas"]
    expect_none(
        type_name(table) + kind
        for table in TABLES.values()
        for kind in ("", "Input", "Patch")
        if type_name(table) + kind not in schemas
    )
