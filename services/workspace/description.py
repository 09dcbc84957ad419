"""The description of the whole API: every table's paths, and those that belong to none."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from services.records.rest.openapi import describe_paths, describe_schemas, operation, ref
from services.records.rest.openapi_files import QUEUED, describe_files, describe_transfers
from services.registry import TABLES

__all__ = ["describe"]

Json = dict[str, Any]
_TEXT, _FLAG, _COUNT = {"type": "string"}, {"type": "boolean"}, {"type": "integer"}
_ID = {"type": "string", "format": "uuid"}
_ID_OR_NULL = {"type": ["string", "null"], "format": "uuid"}
_TIME = {"type": "string", "format": "date-time"}


@lru_cache(4)
def describe(server: str) -> Json:
    """The OpenAPI 3.1 document. server: the path below which /v1 stands."""
    paths, schemas = describe_files()
    schemas |= _schemas()
    for table in TABLES.values():
        paths |= describe_paths(table) | describe_transfers(table)
        schemas |= describe_schemas(table)
    security = {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Skep",
            "version": "1",
            "description": "Sales data. The same routes stand below /iam/v1 for IAM roles (SigV4).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": paths | _paths() | _change_set_paths() | _job_paths(),
        "components": {"schemas": schemas, "securitySchemes": security},
    }


def _paths() -> Json:
    paging: list[Json] = [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
        {"name": "cursor", "in": "query", "schema": _TEXT},
    ]
    client: list[Json] = [{"name": "record_id", "in": "path", "required": True, "schema": _ID}]
    at_most: list[Json] = [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}}
    ]
    return {
        "/v1/changes": {"get": operation("changes", "list", ref("Feed"), paging, (400, 410, 422))},
        "/v1/change-sets": {"get": operation("change_sets", "list", ref("ChangeSets"), at_most, (400, 422))},
        "/v1/clients/{record_id}/key": {
            "parameters": client,
            "post": operation("key", "create", ref("NewKey"), [], (400, 403, 404, 422), status="201"),
            "delete": operation("key", "delete", None, [], (400, 403, 404), status="204"),
        },
        "/v1/reports/pipeline": {"get": operation("pipeline", "get", ref("Pipeline"), [], (400,))},
        "/v1/health": {"get": _public("health", _object(status=_TEXT))},
        "/v1/version": {"get": _public("version", _object(release=_TEXT, revision=_TEXT, function_version=_TEXT))},
        "/v1/openapi.json": {"get": _public("openapi", {"type": "object"})},
    }


def _change_set_paths() -> Json:
    change_set: list[Json] = [{"name": "change_set", "in": "path", "required": True, "schema": _ID}]
    key: list[Json] = [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1}}]
    undo = operation(
        "change_set",
        "undo",
        ref("Undone"),
        key,
        (400, 403, 404, 409, 413, 415, 422),
        body={"content": {"application/json": {"schema": ref("UndoInput")}}},
        also={"202": QUEUED},
    )
    return {
        "/v1/change-sets/{change_set}": {
            "parameters": change_set,
            "get": operation("change_set", "get", ref("ChangeSet"), [], (400, 404)),
        },
        "/v1/change-sets/{change_set}/undo": {"parameters": change_set, "post": undo},
    }


def _job_paths() -> Json:
    job: list[Json] = [{"name": "job_id", "in": "path", "required": True, "schema": _ID}]
    return {
        "/v1/jobs/{job_id}": {"parameters": job, "get": operation("job", "get", ref("Job"), [], (400, 404))},
        "/v1/jobs/{job_id}/cancel": {
            "parameters": job,
            "post": operation("job", "cancel", ref("Job"), [], (400, 404, 409)),
        },
    }


_RESULT = """When done. Of an undo: Undone. Of an import: ImportReport, with up to 1,000 entries a list \
(where lines can't go in, it is the error's `report`). Of an export: \
name, records, size_bytes, and the url that gives the file for five minutes, anew at every look."""


def _job() -> Json:
    job = _object(
        id=_ID,
        kind={"type": "string", "enum": ["undo", "import", "export"]},
        args={"type": "object"},
        state={"type": "string", "enum": ["queued", "running", "done", "failed", "cancelled"]},
        progress=_COUNT,
        total={"type": ["integer", "null"], "description": "Null until it is known."},
        change_set=_ID_OR_NULL,
        result={"type": ["object", "null"], "description": _RESULT},
        error={"anyOf": [ref("Problem"), {"type": "null"}], "description": "When failed: why. Nothing was changed."},
    )
    for name in ("created_at", "started_at", "finished_at"):
        job["properties"][name] = _TIME if name == "created_at" else {"type": ["string", "null"], "format": "date-time"}
    job["required"] = list(job["properties"])
    return job


def _public(name: str, answer: Json) -> Json:
    return operation(name, "get", answer, [], ()) | {"security": []}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _change() -> Json:
    change = _object(
        change_set=_ID,
        undoes=_ID_OR_NULL,
        at=_TIME,
        door=_TEXT,
        principal_id=_ID_OR_NULL,
        person_id=_ID_OR_NULL,
        table=_TEXT,
        id=_ID,
        operation={"type": "string", "enum": ["created", "updated", "deleted", "restored", "erased", "gone"]},
        derived=_FLAG,
    )
    change["properties"]["changes"] = {"type": "object", "additionalProperties": _object(before={}, after={})}
    return change


def _problem() -> Json:
    problem = _object(type=_TEXT, title=_TEXT, status=_COUNT, code=_TEXT, detail=_TEXT)
    problem["properties"] |= {
        "request_id": {"type": ["string", "null"]},
        "errors": {"type": "array", "items": _object(field=_TEXT, message=_TEXT)},
        "report": ref("ImportReport") | {"description": "Of an import with lines that can't go in."},
    }
    return problem


def _schemas() -> Json:
    set_of: Json = {
        "at": _TIME,
        "door": _TEXT,
        "person_id": _ID_OR_NULL,
        "undoes": _ID_OR_NULL,
        "undone_by": _ID_OR_NULL,
    }
    changes = {"type": "array", "items": ref("Change")}
    tables = {"type": "array", "items": _TEXT}
    amounts = {"type": "array", "items": _object(currency=_TEXT, amount=_TEXT, weighted=_TEXT)}
    stage = _object(stage=_TEXT, probability=_TEXT, count=_COUNT, amounts=amounts)
    conflict = {"type": "object", "properties": {"table": _TEXT, "id": _ID, "reason": _TEXT}}
    return {
        "Problem": _problem(),
        "Change": _change(),
        "HistoryPage": _object(items=changes, next={"type": ["string", "null"]}),
        "Feed": _object(items=changes, next=_TEXT, more=_FLAG),
        "ChangeSet": _object(id=_ID, **set_of, changes=changes, more=_FLAG),
        "ChangeSets": _object(
            items={"type": "array", "items": _object(id=_ID, **set_of, tables=tables, records=_COUNT)}
        ),
        "UndoInput": {
            "type": "object",
            "properties": {"conflicts": {"type": "string", "enum": ["refuse", "skip"]}},
            "additionalProperties": False,
        },
        "Undone": _object(
            undone=_ID, conflicts={"type": "array", "items": conflict}, conflict_count=_COUNT, hidden=_COUNT
        ),
        "Job": _job(),
        "NewKey": _object(key=_TEXT),
        "Pipeline": _object(stages={"type": "array", "items": stage}, open=_object(count=_COUNT, amounts=amounts)),
    }
