"""Role x table x operation x door: each may do what the design says, and nothing else."""

from __future__ import annotations

from importlib import import_module

import pytest
from flask import Flask

from services.accounts.tables import ROLES
from services.local.catalog import read_routes, web_services
from services.records.table import ChildOf, Reference, Table
from services.registry import TABLES
from tests.integration.rights.doors import Door, RestDoor, SqlDoor, open_doors
from tests.support.samples import Samples
from tests.support.world import World

PREFIXES = ("/v1", "/iam/v1", "/app/api")
DOORS = ("sql", *PREFIXES)
CALLERS = {"admin": "ada", "manager": "mia", "sales": "sam", "viewer": "vic"}
READING = ("read", "list", "count", "history", "export")
MAKING = ("create", "put_in")
OPERATIONS = (*READING, *MAKING, "update", "delete", "restore")
ROUTES = {
    ("GET", ""),
    ("POST", ""),
    ("GET", "/<record_id>"),
    ("PATCH", "/<record_id>"),
    ("DELETE", "/<record_id>"),
    ("POST", "/<record_id>/restore"),
    ("GET", "/<record_id>/history"),
    ("POST", "/import"),
    ("POST", "/export"),
}
"""What OPERATIONS go through. A route that is added needs a column in the matrix."""

SITUATIONS: dict[str, tuple[str | None, bool]] = {
    "own": ("", False),
    "team": ("sue", False),
    "team, shared": ("sue", True),
    "other": ("sid", False),
    "other, shared": ("sid", True),
    "unowned": (None, False),
}
"""A record's owner ("" is the caller) and whether it is shared; mia, sam and sue are one team, sid is of another."""

READS = {
    "admin": set(SITUATIONS),
    "viewer": set(SITUATIONS),
    "manager": {"own", "team", "team, shared", "unowned"},
    "sales": {"own", "team, shared", "unowned"},
}
WRITES = {"admin": READS["admin"], "viewer": set(), "manager": READS["manager"], "sales": {"own"}}


def expected(table: Table, role: str, situation: str, operation: str) -> str:
    """What the design's table of rights says. What makes: a record in that situation, or a child of one."""
    if isinstance(table.rights, Reference):
        reads, writes = True, role == "admin"
    else:
        reads, writes = situation in READS[role], situation in WRITES[role]
    if operation in MAKING:
        if isinstance(table.rights, ChildOf) and not reads:
            return "invalid"  # there is no such parent
        return "ok" if writes else "forbidden"
    if not reads:
        return "missing"
    return "ok" if writes or operation in READING else "forbidden"


@pytest.fixture(scope="module")
def apps(world: World) -> dict[str, Flask]:
    """Every application of the catalog, by its service."""
    open_doors(world)
    return {n: import_module(f"services.{n}.app").build_app(world.settings, world.database) for n in web_services()}


@pytest.fixture(scope="module")
def doors(world: World, apps: dict[str, Flask]) -> dict[str, Door]:
    """Every door by its name."""
    return {"sql": SqlDoor(world), **{prefix: RestDoor(prefix, apps) for prefix in PREFIXES}}


def _situations(table: Table) -> dict[str, tuple[str | None, bool]]:
    return {"any": (None, False)} if isinstance(table.rights, Reference) else SITUATIONS


def _try(door: Door, operation: str, who: str, table: Table, samples: Samples, owner: str | None, shared: bool) -> str:
    outcome: str
    if operation in MAKING:
        outcome = getattr(door, operation)(who, table, samples.body(table, owner_id=owner, shared=shared))
        return outcome
    record_id = samples.insert(table, owner_id=owner, shared=shared)
    if operation == "restore":
        samples.run(f"UPDATE {table.name} SET deleted_at = now() WHERE id = %s", (record_id,))
    outcome = getattr(door, operation)(who, table, record_id)
    return outcome


@pytest.mark.parametrize("door_name", DOORS)
@pytest.mark.parametrize("role", CALLERS)
@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_each_role_may_do_what_the_design_says_and_nothing_else(
    table: Table, role: str, door_name: str, doors: dict[str, Door], samples: Samples, world: World
) -> None:
    door, who, wrong = doors[door_name], CALLERS[role], []
    for situation, (owner, shared) in _situations(table).items():
        owner_id = None if owner is None else world.ids[owner or who]
        for operation in OPERATIONS:
            seen = _try(door, operation, who, table, samples, owner_id, shared)
            wanted = expected(table, role, situation, operation)
            if not door.precise or operation == "put_in":
                seen, wanted = ("ok" if outcome == "ok" else "refused" for outcome in (seen, wanted))
            if seen != wanted:
                wrong.append(f"{operation} {situation}: {seen}, not {wanted}")
    assert wrong == []


def test_the_matrix_has_every_role() -> None:
    assert set(CALLERS) == set(ROLES)


def test_the_matrix_has_every_prefix_below_which_tables_are_served() -> None:
    paths = [route["path"] for route in read_routes()]
    ends = [f"/{name}/{{record_id}}" for name in TABLES]
    assert {path.removesuffix(end) for path in paths for end in ends if path.endswith(end)} == set(PREFIXES)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("name", TABLES)
def test_the_matrix_goes_through_every_route_of_a_table(name: str, prefix: str, apps: dict[str, Flask]) -> None:
    base = f"{prefix}/{name}"
    services = {r["service"] for r in read_routes() if r["path"] == base or r["path"].startswith(f"{base}/")}
    rule_base = base.removeprefix("/iam")
    found = {
        (method, rule.rule.removeprefix(rule_base))
        for service in services
        for rule in apps[service].url_map.iter_rules()
        if rule.rule == rule_base or rule.rule.startswith(f"{rule_base}/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    own = {("POST", "/<record_id>/key"), ("DELETE", "/<record_id>/key")} if name == "clients" else set()
    assert found - own == ROUTES


def test_the_database_protects_just_the_tables_of_the_registry(world: World) -> None:
    kinds = {name: "reference" if isinstance(t.rights, Reference) else "" for name, t in TABLES.items()}
    for name, table in TABLES.items():
        if isinstance(table.rights, ChildOf):
            kinds[name] = f"child_of {table.rights.link} {table.links[table.rights.link].to}"
        elif not kinds[name]:
            kinds[name] = "owned"
    rows = world.owner("SELECT name, concat_ws(' ', rights, parent_column, parent) FROM skep.tables")
    assert dict(rows) == kinds
