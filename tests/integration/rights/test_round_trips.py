"""One message a request, and nothing in it that would pin a connection of RDS Proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from services.customers.app import build_app as build_customers
from services.records.listing import Query, list_records
from services.records.store import get_record
from services.registry import TABLES
from services.shared.caller import Caller, Credential
from services.shared.database import Database
from services.workspace.app import build_app as build_workspace
from tests.support.postgres import Postgres
from tests.support.server_log import ServerLog, logged_statements
from tests.support.world import Api, World

PINS = re.compile(
    r"(^|;)\s*(SET|RESET|DISCARD|DECLARE|PREPARE|LISTEN|LOAD|CREATE\s+TEMP|SELECT\s+set_config)\b", re.IGNORECASE
)


@pytest.fixture
def log(postgres: Postgres) -> Iterator[ServerLog]:
    """The statements of skep_app."""
    with logged_statements(postgres, "skep_app") as made:
        yield made


@pytest.fixture
def api(log: ServerLog, world: World) -> Iterator[Api]:
    """Customers, on a connection that is logged."""
    database = Database(world.url("skep_app"))
    yield Api(build_customers(world.settings, database))
    database.close()


def test_each_request_is_one_message_to_the_database(log: ServerLog, api: Api) -> None:
    made = api.made("sam", "/v1/customers", {"company": "One trip Ltd"})
    path = f"/v1/customers/{made['id']}"
    api.call("sam", "GET", "/v1/customers")
    log.statements()  # connected, and sam's role is known
    requests = {
        "get": ("GET", path, None),
        "list": ("GET", "/v1/customers?filter=company[starts]=One&sort=-revenue", None),
        "search": ("GET", "/v1/customers?q=trip", None),
        "history": ("GET", f"{path}/history", None),
        "create": ("POST", "/v1/customers", {"company": "Two trips Ltd"}),
        "change": ("PATCH", path, {"notes": "changed"}),
        "delete": ("DELETE", path, None),
        "restore": ("POST", f"{path}/restore", None),
    }
    messages = {}
    for name, (method, url, body) in requests.items():
        assert api.call("sam", method, url, body).status_code < 300
        messages[name] = len(log.statements())
    assert messages == dict.fromkeys(requests, 1)


def test_a_known_caller_who_asks_for_the_count_takes_one_message_more(log: ServerLog, api: Api) -> None:
    api.call("sam", "GET", "/v1/customers")
    log.statements()
    api.call("sam", "GET", "/v1/customers?count=true")
    assert len(log.statements()) == 2


def test_a_list_for_a_caller_unknown_so_far_takes_one_message_more(log: ServerLog, world: World) -> None:
    credential = Credential.from_secret("client", "first seen")
    world.owner(
        "WITH c AS (INSERT INTO clients (name, person_id, role) VALUES ('first seen', %s, 'sales') RETURNING id)"
        " INSERT INTO skep.credentials (kind, hash, client_id) SELECT 'client', %s, id FROM c",
        (world.ids["sam"], credential.value),
    )
    caller = Caller(Database(world.url("skep_app")), credential, "rest")
    log.statements()
    get_record(caller, TABLES["people"], world.ids["sam"])
    assert len(log.statements()) == 1
    list_records(caller, TABLES["people"], Query.parse(TABLES["people"]))
    assert len(log.statements()) == 2
    caller.database.close()


def test_nothing_pins_a_connection(log: ServerLog, api: Api, world: World) -> None:
    database = Database(world.url("skep_app"))
    workspace = Api(build_workspace(world.settings, database))
    made = api.call("mia", "POST", "/v1/customers", {"company": "Pinned Ltd"}, headers={"Idempotency-Key": "pin"})
    api.call("mia", "POST", "/v1/customers", {"company": "Pinned Ltd"}, headers={"Idempotency-Key": "pin"})
    path = made.headers["Location"]
    api.call("mia", "PATCH", path, {"revenue": "7", "owner_id": world.ids["sam"]}, headers={"If-Match": '"1"'})
    api.call("mia", "PATCH", path, {"owner_id": world.ids["sid"]})
    api.call("mia", "POST", "/v1/customers", {"company": "Pinned Ltd"})
    api.call("mia", "GET", "/v1/customers?count=true")
    workspace.call("mia", "GET", "/v1/changes")
    workspace.call("mia", "POST", f"/v1/change-sets/{made.headers['Change-Set']}/undo", {"conflicts": "skip"})
    database.close()
    statements = log.statements()
    assert len(statements) > 10
    assert [s for s in statements if PINS.search(s)] == []
