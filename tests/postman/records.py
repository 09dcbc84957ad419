"""A record that requests are about: made, and deleted in the end."""

from __future__ import annotations

from services.records.table import Table
from tests.postman import expect
from tests.postman.calls import Call
from tests.postman.samples import SAMPLES, name_of, with_article

__all__ = ["IDEMPOTENCY", "create", "delete", "record_path"]

IDEMPOTENCY = "Idempotency-Key"


def create(table: Table, why: str = "") -> Call:
    """Makes a record under a new name, and keeps its id and ETag."""
    name, sample = name_of(table), SAMPLES[table.name]
    tests = (
        *expect.status(201),
        *expect.test(
            "Location leads to it",
            f"const place = '/v1/{table.name}/' + pm.response.json().id;",
            "pm.expect(pm.response.headers.get('Location').endsWith(place)).to.equal(true);",
        ),
        *expect.test("it is the first version", "pm.expect(pm.response.headers.get('ETag')).to.equal('\"1\"')"),
        *expect.change_set(),
        *expect.same_as(sample.body, title="it holds what was sent"),
        *expect.keep(f"{name}_id", ".id"),
        *expect.keep_header(f"{name}_etag", "ETag"),
        *expect.keep_header(f"{name}_change_set", "Change-Set"),
    )
    return Call(
        f"Make {with_article(table)}{why}",
        "POST",
        f"/v1/{table.name}",
        tests,
        sample.body,
        ((IDEMPOTENCY, f"{{{{{name}_name}}}}"),),
        expect.make_new(f"{name}_name", "postman"),
    )


def delete(table: Table, why: str = "") -> Call:
    """Deletes the record that `create` made."""
    tests = (*expect.status(204), *expect.empty(), *expect.change_set())
    return Call(f"Delete {with_article(table)}{why}", "DELETE", record_path(table), tests)


def record_path(table: Table) -> str:
    """Where that record is."""
    return f"/v1/{table.name}/{{{{{name_of(table)}_id}}}}"
