"""The folder `rights`: a client of a viewer, its key, what it may not do, and the key's end."""

from __future__ import annotations

import json
import re

from services.records.table import Table
from services.records.transfers import is_importable
from services.registry import TABLES
from tests.postman import expect
from tests.postman.calls import Call, Folder, Json, Lines
from tests.postman.records import create, delete
from tests.postman.samples import SAMPLES, with_article

__all__ = ["ISSUE", "rights_folder"]

ISSUE = "Issue a key"
"""The one answer that holds a secret: reports leave it out."""
KEY, PATH = "viewer_key", "/v1/clients/{{client_id}}/key"
FORBIDDEN = expect.problem(403, "forbidden")


def rights_folder() -> Folder:
    """From the making of a viewer's client to its end."""
    why, made = " for the viewer", [TABLES[name] for name in ("customers", "people", "clients")]
    calls = (
        *(create(table, why) for table in made),
        *_key(),
        *_may_read(),
        *_may_not_write(),
        *_end(),
        *(delete(table, why) for table in reversed(made)),
    )
    return Folder("rights", "A viewer's client reads what a viewer sees, and changes nothing.", calls)


def _key() -> tuple[Call, ...]:
    issued = (
        *expect.status(201),
        *expect.test("nobody keeps it", "pm.response.to.have.header('Cache-Control', 'no-store')"),
        *expect.holds("it is a key of Skep", "pm.expect(body.key).to.match(/^skp_/);"),
        *expect.keep(KEY, ".key"),
        "pm.collectionVariables.set('tries', 0);",
    )
    known = expect.retry(
        "tries",
        until="pm.response.code === 200",
        least="[401, 403].includes(pm.response.code)",
        tries=50,
        sentence="the gateway and the service know the key",
    )
    return (
        Call(ISSUE, "POST", PATH, issued),
        Call(
            "Use the key until the gateway knows it",
            "GET",
            "/v1/customers?limit=1",
            known,
            who=KEY,
            before=expect.sleep("tries", 3),
        ),
    )


def _may_read() -> tuple[Call, ...]:
    page = expect.holds("it is a page", "pm.expect(body.items).to.be.an('array');")
    return tuple(
        Call(f"As a viewer: list {name}", "GET", f"/v1/{name}?limit=2", (*expect.status(200), *page), who=KEY)
        for name in TABLES
    )


def _may_not_write() -> tuple[Call, ...]:
    csv = (("Content-Type", "text/csv"),)
    made = [
        Call(
            f"As a viewer: make {with_article(table)}",
            "POST",
            f"/v1/{table.name}",
            FORBIDDEN,
            _least(table),
            who=KEY,
        )
        for table in TABLES.values()
    ]
    imported = [
        Call(
            f"As a viewer: import {table.name}",
            "POST",
            f"/v1/{table.name}/import",
            FORBIDDEN,
            "name\nNobody\n",
            csv,
            who=KEY,
        )
        for table in TABLES.values()
        if is_importable(table)
    ]
    return (
        *made,
        *imported,
        Call("As a viewer: ask for an upload", "POST", "/v1/files", FORBIDDEN, {"name": "a.csv"}, who=KEY),
        Call("As a viewer: issue a key", "POST", PATH, FORBIDDEN, who=KEY),
    )


def _least(table: Table) -> Json:
    """A body with what is required alone, all of it there: nothing but the right to make it is missing."""
    required = {name: value for name, value in SAMPLES[table.name].body.items() if table.writable[name].required}
    body: Json = json.loads(re.sub(r"\{\{\w+_name\}\}", "never-made", json.dumps(required)))
    return body


def _end() -> tuple[Call, ...]:
    refused: Lines = (
        *expect.one_of(401, 403),
        *expect.holds("the problem says so", "pm.expect(body.code).to.be.oneOf(['unauthorized', 'forbidden']);"),
    )
    unset = (f"pm.collectionVariables.unset('{KEY}');",)
    return (
        Call("End the key", "DELETE", PATH, (*expect.status(204), *expect.empty())),
        Call("Use the key after its end", "GET", "/v1/customers?limit=1", (*refused, *unset), who=KEY),
    )
