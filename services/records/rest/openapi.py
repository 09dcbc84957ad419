"""A table in OpenAPI 3.1: its schemas and its paths, from its definition alone."""

from __future__ import annotations

from typing import Any

from services.records.fields import RecordField
from services.records.filters import MAX_FILTERS
from services.records.listing import MAX_LIMIT
from services.records.table import Table

__all__ = ["KEY", "describe_paths", "describe_schemas", "list_parameters", "operation", "problem_answers", "ref"]

Json = dict[str, Any]


def ref(schema: str) -> Json:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{schema}"}


def type_name(table: Table) -> str:
    """The table's name in the document: OrderLine for order line."""
    return table.singular.title().replace(" ", "")


def describe_schemas(table: Table) -> dict[str, Json]:
    """What is read of a record, what makes one, what changes one."""
    written = {name: _field(f) for name, f in table.writable.items()}
    required = [name for name, f in table.writable.items() if f.required]
    name = type_name(table)
    return {
        name: {
            "type": "object",
            "properties": {n: _field(f) for n, f in table.fields.items()},
            "required": list(table.fields),
            "additionalProperties": False,
        },
        f"{name}Input": {
            "type": "object",
            "properties": written,
            "additionalProperties": False,
            **({"required": required} if required else {}),
        },
        f"{name}Patch": {"type": "object", "properties": written, "additionalProperties": False, "minProperties": 1},
    }


def _field(field: RecordField) -> Json:
    schema = field.json_schema()
    described: Json = {"title": field.label, **schema}
    if field.help:
        described["description"] = field.help
    if field.dump_only:
        described["readOnly"] = True
    if field.nullable:
        if "enum" in schema:
            described["enum"] = [*schema["enum"], None]
        described["type"] = [schema["type"], "null"]
    return described


def describe_paths(table: Table) -> dict[str, Json]:
    """The table's paths below /v1."""
    base, name = f"/v1/{table.name}", type_name(table)
    record_id = [{"name": "record_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}]
    patch = {media: {"schema": ref(f"{name}Patch")} for media in ("application/json", "application/merge-patch+json")}
    body = {"required": True, "content": {"application/json": {"schema": ref(f"{name}Input")}}}
    return {
        base: {
            "get": operation(table, "list", _page(table), list_parameters(table), (400, 422)),
            "post": operation(
                table, "create", ref(name), [KEY], (400, 403, 409, 413, 415, 422), status="201", body=body
            ),
        },
        f"{base}/{{record_id}}": {
            "parameters": record_id,
            "get": operation(table, "get", ref(name), [_IF_NONE_MATCH], (400, 404), also={"304": _NOT_MODIFIED}),
            "patch": operation(
                table,
                "update",
                ref(name),
                [KEY, _IF_MATCH],
                (400, 403, 404, 409, 412, 413, 415, 422),
                body={"required": True, "content": patch},
                also={"204": _GONE},
            ),
            "delete": operation(table, "delete", None, [KEY, _IF_MATCH], (400, 403, 404, 409, 412), status="204"),
        },
        f"{base}/{{record_id}}/restore": {
            "parameters": record_id,
            "post": operation(table, "restore", ref(name), [KEY], (400, 403, 404, 409, 422)),
        },
        f"{base}/{{record_id}}/history": {
            "parameters": record_id,
            "get": operation(table, "history", ref("HistoryPage"), _PAGE_PARAMETERS, (400, 404, 422)),
        },
    }


def operation(
    of: Table | str,
    verb: str,
    answer: Json | None,
    parameters: list[Json],
    problems: tuple[int, ...],
    *,
    status: str = "200",
    body: Json | None = None,
    also: dict[str, Json] | None = None,
) -> Json:
    """One operation. `of`: a table, or a name for what is none. answer: the schema of its JSON answer."""
    name, tag = (of.name, of.label) if isinstance(of, Table) else (of, "Workspace")
    good: Json = {"description": "As asked."}
    if answer is not None:
        good["content"] = {"application/json": {"schema": answer}}
    described: Json = {
        "operationId": f"{verb}_{name}",
        "tags": [tag],
        "summary": f"{verb} {name}".replace("_", " ").capitalize(),
        "responses": {status: good, **(also or {}), **problem_answers(401, 403, *problems, 503)},
    }
    if parameters:
        described["parameters"] = parameters
    if body is not None:
        described["requestBody"] = body
    return described


def problem_answers(*statuses: int) -> dict[str, Json]:
    """The answers of these statuses, each a problem document."""
    content = {"application/problem+json": {"schema": ref("Problem")}}
    answer = {"description": "A problem document says what and why.", "content": content}
    return {str(status): answer for status in sorted({*statuses})}


def _page(table: Table) -> Json:
    # `fields` picks members, so an item need not have them all.
    item = {"type": "object", "properties": describe_schemas(table)[type_name(table)]["properties"]}
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {**item, "additionalProperties": False}},
            "next": {"type": ["string", "null"]},
            "count": {"type": "integer"},
        },
        "required": ["items", "next"],
        "additionalProperties": False,
    }


def list_parameters(table: Table) -> list[Json]:
    """The query parameters of a list."""
    orders = [sign + name for name in table.sortable for sign in ("", "-")]
    filters = {
        "type": "array",
        "items": {"type": "string", "pattern": r"^[a-z_]+\[[a-z_]+\]="},
        "maxItems": MAX_FILTERS,
    }
    return [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}},
        {"name": "cursor", "in": "query", "schema": {"type": "string"}},
        {"name": "sort", "in": "query", "schema": {"type": "string", "enum": orders}},
        {"name": "filter", "in": "query", "schema": filters, "description": "field[op]=value; all must hold."},
        {
            "name": "q",
            "in": "query",
            "schema": {"type": "string"},
            "description": f"Looks in {', '.join(table.search)}.",
        },
        {"name": "fields", "in": "query", "schema": {"type": "string"}, "description": "Names, with commas between."},
        {"name": "count", "in": "query", "schema": {"type": "string", "enum": ["true", "false"]}},
    ]


KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "description": "The same key and request make one change, and get one answer, for 30 days.",
}
_IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "The ETag to change.",
}
_IF_NONE_MATCH: Json = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
_NOT_MODIFIED: Json = {"description": "You have this version."}
_GONE: Json = {"description": "Done; you can no longer see the record."}
_PAGE_PARAMETERS: list[Json] = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
    {"name": "cursor", "in": "query", "schema": {"type": "string"}},
]
