"""A table's folder: one record's life from being made to being restored, and what is refused on the way."""

from __future__ import annotations

from typing import Any

from services.records.table import ChildOf, Table
from services.records.transfers import is_importable
from services.registry import TABLES
from tests.postman import expect
from tests.postman.calls import NOBODY, Call, Folder
from tests.postman.records import IDEMPOTENCY, create, delete, record_path
from tests.postman.samples import SAMPLES, Sample, name_of, with_article

__all__ = ["table_folder"]


def table_folder(table: Table) -> Folder:
    """The folder of one table. A record that its records belong to is made first, and deleted last."""
    sample = SAMPLES[table.name]
    parents = [TABLES[name] for name in sample.parents]
    calls = [
        *(create(parent, f" for {with_article(table)}") for parent in parents),
        *_making(table, sample),
        *_reading(table),
        *_changing(table, sample),
        *_files(table, sample),
        *_refused(table, sample),
        *_ending(table, parents),
    ]
    return Folder(
        table.name, f"{table.label}: made, read, changed, deleted and restored; with what is refused.", tuple(calls)
    )


def _post(table: Table, name: str, body: Any, tests: tuple[str, ...], **how: Any) -> Call:
    return Call(name, "POST", f"/v1/{table.name}", tests, body, **how)


def _making(table: Table, sample: Sample) -> list[Call]:
    name, what = name_of(table), with_article(table)
    key = ((IDEMPOTENCY, f"{{{{{name}_name}}}}"),)
    again = (
        *expect.status(201),
        *expect.test("it says so", "pm.expect(pm.response.headers.get('Idempotent-Replayed')).to.equal('true')"),
        *expect.holds(
            "it is the same record", f"pm.expect(body.id).to.equal(pm.collectionVariables.get('{name}_id'));"
        ),
    )
    calls = [
        create(table),
        _post(table, f"Make {what}: the same request again", sample.body, again, headers=key),
        _post(
            table,
            f"Make {what}: another request with the same key",
            sample.body | sample.change,
            expect.problem(409, "key_reused"),
            headers=key,
        ),
    ]
    if table.natural_key:
        clash = expect.problem(409, "conflict", table.natural_key)
        calls.append(_post(table, f"Make {what}: its name is taken", sample.body, clash))
    return calls


def _reading(table: Table) -> list[Call]:
    name, what = name_of(table), with_article(table)
    is_it = f"pm.collectionVariables.get('{name}_id')"
    got = (
        *expect.status(200),
        *expect.test(
            "its ETag is its version", "pm.response.to.have.header('ETag', '\"' + pm.response.json().version + '\"')"
        ),
        *expect.holds("it is the one that was made", f"pm.expect(body.id).to.equal({is_it});"),
    )
    known, unchanged = (("If-None-Match", f"{{{{{name}_etag}}}}"),), (*expect.status(304), *expect.empty())
    return [
        Call(f"Get {what}", "GET", record_path(table), got),
        Call(f"Get {what}: nothing new", "GET", record_path(table), unchanged, headers=known),
        *_listing(table, is_it),
    ]


def _listing(table: Table, is_it: str) -> list[Call]:
    """is_it: what the id must be, in JavaScript."""
    name, title, path = name_of(table), table.title_field, f"/v1/{table.name}"
    query = f"q={{{{{name}_name}}}}&fields=id,{title},version&sort=-created_at&count=true&limit=5"
    found = (
        *expect.status(200),
        *expect.holds(
            "it finds the record, and no other",
            f"pm.expect(body.items.map((item) => item.id)).to.eql([{is_it}]);",
            "pm.expect(body.count).to.equal(1);",
        ),
        *expect.holds(
            "each item has the fields that were asked for",
            f"pm.expect(body.items[0]).to.have.all.keys('id', '{title}', 'version');",
        ),
    )
    return [
        Call(f"List {table.name}", "GET", f"{path}?{query}", found),
        Call(
            f"List {table.name}: an unknown parameter",
            "GET",
            f"{path}?colour=red",
            expect.problem(400, "bad_request", "colour"),
        ),
        Call(f"List {table.name}: a page of none", "GET", f"{path}?limit=0", expect.problem(422, "invalid", "limit")),
        Call(f"List {table.name}: without a key", "GET", path, expect.problem(403, "forbidden"), who=NOBODY),
    ]


def _changing(table: Table, sample: Sample) -> list[Call]:
    name, what, path = name_of(table), with_article(table), record_path(table)
    if_match = ("If-Match", f"{{{{{name}_etag}}}}")
    keyed = (if_match, (IDEMPOTENCY, f"{{{{{name}_name}}}}-change"))
    second = expect.test("it is the second version", "pm.expect(pm.response.headers.get('ETag')).to.equal('\"2\"')")
    changed = (*expect.status(200), *second, *expect.change_set())
    changed += expect.same_as(sample.change, title="it holds the change")
    stale = (
        *expect.problem(412, "precondition_failed"),
        *expect.holds("it shows the record as it is", "pm.expect(body.current.version).to.equal(2);"),
        *second,
    )
    replayed = (
        *expect.status(200),
        *expect.test("it says so", "pm.expect(pm.response.headers.get('Idempotent-Replayed')).to.equal('true')"),
        *second,
    )
    return [
        Call(f"Change {what}", "PATCH", path, changed, sample.change, keyed),
        Call(f"Change {what}: it has changed since", "PATCH", path, stale, sample.change, (if_match,)),
        Call(f"Change {what}: the same request again", "PATCH", path, replayed, sample.change, keyed),
        *_history(table),
    ]


def _history(table: Table) -> list[Call]:
    name, path = name_of(table), f"{record_path(table)}/history"
    newest = (
        *expect.status(200),
        *expect.holds(
            "its change comes first",
            "pm.expect(body.items).to.have.lengthOf(1);",
            "pm.expect(body.items[0].operation).to.equal('updated');",
            "pm.expect(body.next).to.be.a('string');",
        ),
        *expect.keep("history_cursor", ".next"),
    )
    oldest = (
        *expect.status(200),
        *expect.holds(
            "its making comes last",
            "pm.expect(body.items[0].operation).to.equal('created');",
            f"pm.expect(body.items[0].change_set).to.equal(pm.collectionVariables.get('{name}_change_set'));",
        ),
    )
    of = f"History of {with_article(table)}"
    return [
        Call(of, "GET", f"{path}?limit=1", newest),
        Call(f"{of}: the page after it", "GET", f"{path}?limit=1&cursor={{{{history_cursor}}}}", oldest),
    ]


def _files(table: Table, sample: Sample) -> list[Call]:
    name, title = name_of(table), table.title_field
    exported = (
        *expect.status(200),
        *expect.test("it is a file", "pm.expect(pm.response.headers.get('Content-Disposition')).to.include('.csv')"),
        *expect.test(
            "the record is in it",
            f"pm.expect(pm.response.text()).to.include(pm.collectionVariables.get('{name}_name'))",
        ),
    )
    path = f"/v1/{table.name}"
    calls = [Call(f"Export {table.name}", "POST", f"{path}/export?format=csv&q={{{{{name}_name}}}}", exported)]
    if is_importable(table):
        told_apart = table.natural_key or title
        fields = {n: v for n, v in sample.body.items() if n in (title, told_apart) or table.writable[n].required}
        fields |= {told_apart: f"{{{{{name}_name}}}}-file"}
        content = f"{','.join(fields)}\n{','.join(map(str, fields.values()))}\n"
        query = "" if table.natural_key else f"?key={told_apart}"
        csv = (("Content-Type", "text/csv"),)
        calls.append(
            Call(f"Import {table.name}: what would happen", "POST", f"{path}/import{query}", _report(), content, csv)
        )
    return calls


def _report() -> tuple[str, ...]:
    return (
        *expect.status(200),
        *expect.holds(
            "it would make a record, and has changed nothing",
            "pm.expect([body.lines, body.created, body.refused]).to.eql([1, 1, 0]);",
            "pm.expect(body.change_set).to.equal(null);",
        ),
    )


def _refused(table: Table, sample: Sample) -> list[Call]:
    what = with_article(table)
    required = [name for name, field in table.writable.items() if field.required]
    text = (("Content-Type", "text/plain"),)
    unsupported = (
        *expect.problem(415, "unsupported_media_type"),
        *expect.test(
            "it says what it takes", "pm.expect(pm.response.headers.get('Accept')).to.include('application/json')"
        ),
    )
    allow = expect.test("it says which it takes", "pm.expect(pm.response.headers.get('Allow')).to.include('PATCH')")
    return [
        _post(table, f"Make {what}: of nothing", {}, expect.problem(422, "invalid", *required)),
        *(
            _post(table, f"Make {what}: {refusal.why}", refusal.body, expect.problem(422, "invalid", refusal.field))
            for refusal in sample.refusals
        ),
        _post(
            table,
            f"Make {what}: a field that there isn't",
            sample.body | {"colour": "red"},
            expect.problem(422, "invalid", "colour"),
        ),
        _post(
            table,
            f"Make {what}: JSON that is cut short",
            '{"',
            expect.problem(400, "bad_request"),
            headers=(("Content-Type", "application/json"),),
        ),
        _post(table, f"Make {what}: of plain text", "a text", unsupported, headers=text),
        Call(
            f"Put {what}: there is no such method",
            "PUT",
            record_path(table),
            (*expect.problem(405, "method_not_allowed"), *allow),
            sample.change,
        ),
    ]


def _ending(table: Table, parents: list[Table]) -> list[Call]:
    """Deleted, gone, restored; and then for good. What belongs to another record goes with it, what only names one
    keeps it from going."""
    what, path = with_article(table), record_path(table)
    not_there = expect.problem(404, "not_found")
    goes_along = isinstance(table.rights, ChildOf)
    known = (("If-Match", f"{{{{{name_of(table)}_etag}}}}"),)
    last = delete(table)
    calls = [
        *([] if goes_along else (_obstacle(parent, table) for parent in parents)),
        delete(table, ": it is gone"),
        Call(f"Get {what}: it is deleted", "GET", path, not_there),
        Call(f"Change {what}: it is deleted", "PATCH", path, not_there, SAMPLES[table.name].change),
        *_restoring(table),
    ]
    if not goes_along:
        calls.append(Call(last.name, last.method, path, last.tests, headers=known))
    calls += [delete(parent, f" for {with_article(table)}") for parent in reversed(parents)]
    if goes_along:
        calls.append(Call(f"Get {what}: it went with {with_article(parents[0])}", "GET", path, not_there))
    return calls


def _restoring(table: Table) -> list[Call]:
    what, path = with_article(table), record_path(table)
    restored = (
        *expect.status(200),
        *expect.holds("it is the version after the deletion", "pm.expect(body.version).to.equal(4);"),
        *expect.change_set(),
        *expect.keep_header(f"{name_of(table)}_etag", "ETag"),
    )
    return [
        Call(f"Restore {what}", "POST", f"{path}/restore", restored),
        Call(f"Restore {what}: it is not deleted", "POST", f"{path}/restore", expect.problem(409, "conflict")),
        Call(f"Get {what}: it is back", "GET", path, expect.status(200)),
    ]


def _obstacle(parent: Table, table: Table) -> Call:
    named = f"Delete {with_article(parent)}: {with_article(table)} names it"
    return Call(named, "DELETE", record_path(parent), expect.problem(409, "conflict"))
