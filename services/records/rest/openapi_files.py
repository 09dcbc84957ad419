"""Import, export and upload in OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from services.records.rest.openapi import KEY, list_parameters, operation, ref
from services.records.table import Table
from services.records.transfers import FORMATS, is_importable
from services.shared.files import MAX_FILE_BYTES

__all__ = ["describe_files", "describe_transfers"]

Json = dict[str, Any]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT, _FLAG, _COUNT = {"type": "string"}, {"type": "boolean"}, {"type": "integer"}
_TEXTS = {"type": "array", "items": _TEXT}
_FILE = {"type": "string", "format": "binary"}
_DATES = {"type": "string", "enum": ["MDY", "DMY"]}
QUEUED: Json = {
    "description": "Too much for a request: Location names the job that does it.",
    "headers": {"Location": {"schema": {"type": "string"}}},
    "content": {"application/json": {"schema": ref("Job")}},
}


def describe_transfers(table: Table) -> dict[str, Json]:
    """The paths by which files go into a table and come out of it."""
    export = operation(table, "export", None, _export_parameters(table), (400, 406, 409, 422), also={"202": QUEUED})
    export["responses"]["200"] = {
        "description": "The file.",
        "content": {"text/csv": {"schema": _TEXT}, XLSX: {"schema": _FILE}},
    }
    paths = {f"/v1/{table.name}/export": {"post": export}}
    if is_importable(table):
        body = {
            "required": True,
            "content": {
                "text/csv": {"schema": _TEXT},
                XLSX: {"schema": _FILE},
                "application/json": {"schema": ref("ImportInput")},
            },
        }
        described = operation(
            table,
            "import",
            ref("ImportReport"),
            [KEY, *_import_parameters()],
            (400, 403, 409, 413, 415, 422),
            body=body,
            also={"202": QUEUED},
        )
        paths[f"/v1/{table.name}/import"] = {"post": described}
    return paths


def describe_files() -> tuple[dict[str, Json], dict[str, Json]]:
    """The path of uploads, and the schemas that files need."""
    body = {"required": True, "content": {"application/json": {"schema": ref("FileInput")}}}
    create = operation("files", "create", ref("File"), [], (400, 413, 415, 422), status="201", body=body)
    schemas = {
        "FileInput": _file_input(),
        "File": _file(),
        "ImportInput": _import_input(),
        "ImportReport": _import_report(),
    }
    return {"/v1/files": {"post": create}}, schemas


def _export_parameters(table: Table) -> list[Json]:
    kept = [p for p in list_parameters(table) if p["name"] in ("filter", "q", "sort", "fields")]
    file_format = {"type": "string", "enum": list(FORMATS), "default": FORMATS[0]}
    return [
        KEY,
        {"name": "format", "in": "query", "schema": file_format, "description": "For xlsx, send its type as Accept."},
        *kept,
    ]


def _import_parameters() -> list[Json]:
    """What a file's options are where the body is the file itself."""
    said = {
        "key": (_TEXTS, "A field that tells records apart; together if given again."),
        "map": (_TEXTS, "COLUMN:FIELD, a column's field; an empty one leaves it out."),
        "replace": (_TEXTS, "FIELD:OLD=NEW, another value for a value as read."),
        "dates": (_DATES, "Month or day first, where the dates don't tell."),
        "null": (_TEXT, "A text that stands for no value."),
        "sheet": (_TEXT, "Of a workbook; else the first one with something in it."),
        "apply": ({"type": "string", "enum": ["true", "false"]}, "Do it; without this, only say what would happen."),
    }
    return [
        {"name": name, "in": "query", "schema": schema, "description": f"{sentence} Not with a JSON body."}
        for name, (schema, sentence) in said.items()
    ]


def _import_input() -> Json:
    replacement = {
        "type": "object",
        "properties": {"field": _TEXT, "old": _TEXT, "new": _TEXT},
        "required": ["field", "old", "new"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": "An import of an uploaded file.",
        "properties": {
            "file": {"type": "string", "format": "uuid", "description": "As POST /v1/files gave it."},
            "key": _TEXTS,
            "columns": {"type": "object", "additionalProperties": _TEXT, "description": "Heading -> field."},
            "replacements": {"type": "array", "items": replacement},
            "dates": {"type": ["string", "null"], "enum": ["MDY", "DMY", None]},
            "null": {"type": ["string", "null"]},
            "sheet": {"type": ["string", "null"]},
            "apply": {"type": "boolean", "default": False},
        },
        "required": ["file"],
        "additionalProperties": False,
    }


def _import_report() -> Json:
    """What an import would do, or did when it has a change set."""
    text_or_null = {"type": ["string", "null"]}
    column = _object(heading=_TEXT, field=_TEXT, label=_TEXT)
    update = _object(line=_COUNT, id=_TEXT, changes={"type": "object"})
    refusal = _object(line=_COUNT, field=text_or_null, reason=_TEXT)
    unknown = _object(field=_TEXT, value=_TEXT, lines=_list(_COUNT), line_count=_COUNT, proposals=_TEXTS)
    report = _object(
        lines=_COUNT,
        created=_COUNT,
        updated=_COUNT,
        unchanged=_COUNT,
        repeated=_COUNT,
        refused=_COUNT,
        columns=_list(column),
        ignored=_TEXTS,
        notes=_TEXTS,
        updates=_list(update),
        refusals=_list(refusal),
        refusal_count=_COUNT,
        unknown=_list(unknown),
        unknown_count=_COUNT,
        change_set={"type": ["string", "null"], "format": "uuid", "description": "Null when nothing was changed."},
    )
    report["properties"] |= {
        "name": _TEXT | {"description": "Of the CSV with every refusal, where a job has more than it lists."},
        "url": _TEXT | {"description": "That gives the CSV for five minutes, anew at every look at the job."},
    }
    return report


def _file_input() -> Json:
    return {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 255},
            "size_bytes": {"type": ["integer", "null"], "minimum": 1, "maximum": MAX_FILE_BYTES},
            "type": {"type": ["string", "null"], "description": "The media type that the upload will name."},
        },
        "required": ["name"],
        "additionalProperties": False,
    }


def _file() -> Json:
    upload = _object(method=_TEXT, url=_TEXT, headers={"type": "object", "additionalProperties": _TEXT})
    return _object(
        id={"type": "string", "format": "uuid"}, upload=upload, expires_at={"type": "string", "format": "date-time"}
    )


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}
