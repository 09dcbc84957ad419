"""A table's records into a file over REST: at once where a request can do it, else as a job."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from typing import Any, cast

from flask import Response, request

from services.records.exactly_once import Answer, answer_once
from services.records.exporting.engine import MEDIA_TYPES, Format, export_records
from services.records.jobs import create_job
from services.records.listing import Query, count_records
from services.records.rest import http
from services.records.rest.jobs import accepted
from services.records.table import Table
from services.records.transfers import FORMATS, MOST_BYTES, MOST_LINES, parse_query
from services.shared.authorize import Authorize
from services.shared.caller import Caller, Runner
from services.shared.errors import BadRequest, Invalid, NotAcceptable, NotFound

__all__ = ["PARAMETERS", "Exports"]

PARAMETERS = ("format", "filter", "q", "sort", "fields")


class Exports:
    """Exports of one table. tables: all there are, since a table's links lead to others."""

    def __init__(self, tables: Mapping[str, Table], table: Table, prefix: str, authorize: Authorize) -> None:
        self._tables, self._table, self._prefix, self._authorize = tables, table, prefix, authorize

    def create(self) -> Response:
        """200 with the file, 202 with the job that will write it; 400, 401, 406, 409, 422."""
        caller = self._authorize()
        http.check_parameters(PARAMETERS)
        if request.get_data():
            raise BadRequest("An export takes no body; what to export is said by parameters.")
        asked = self._read_parameters()
        query = parse_query(self._table, asked)
        content = self._write(caller, query, asked["format"])
        return self._queue(caller, asked) if content is None else _file(self._table, asked["format"], content)

    def _read_parameters(self) -> dict[str, Any]:
        file_format = http.parameter("format") or FORMATS[0]
        if file_format not in FORMATS:
            raise Invalid(errors=[{"field": "format", "message": f"This must be {' or '.join(FORMATS)}."}])
        return {
            "table": self._table.name,
            "format": file_format,
            "filters": request.args.getlist("filter"),
            **{name: http.parameter(name) for name in ("q", "sort", "fields")},
        }

    def _write(self, caller: Caller, query: Query, file_format: Format) -> bytes | None:
        """The file; None when that is more than a request can do."""
        if count_records(caller, self._table, query) > MOST_LINES:
            return None
        _expect_binary(file_format)
        out = io.BytesIO()
        count = export_records(
            caller, self._tables, self._table, query, format=file_format, out=out, limit=MOST_LINES + 1
        )
        content = out.getvalue()
        return content if count <= MOST_LINES and _fits(content, file_format) else None

    def _queue(self, caller: Caller, asked: dict[str, Any]) -> Response:
        def work(run: Runner) -> Answer:
            with run.atomically() as transaction:
                return accepted(transaction, create_job(transaction, "export", asked, idempotent=True), self._prefix)

        return http.answer_with(answer_once(caller, http.idempotency_key(), work, _no_render))


def _expect_binary(file_format: Format) -> None:
    """API Gateway gives bytes as they are only to who asks for their type first. Raises NotAcceptable."""
    media_type = MEDIA_TYPES[file_format]
    if file_format == "xlsx" and request.headers.get("Accept", "").split(",")[0].split(";")[0].strip() != media_type:
        raise NotAcceptable(f"Send Accept: {media_type}", headers={"Accept": media_type})


def _fits(content: bytes, file_format: Format) -> bool:
    """Whether the file fits an answer: text is escaped on its way, which may make it longer."""
    if file_format == "xlsx" or len(content) > MOST_BYTES:
        return len(content) <= MOST_BYTES
    return len(json.dumps(content.decode())) <= MOST_BYTES * 5 // 4


def _file(table: Table, file_format: Format, content: bytes) -> Response:
    name = f"{table.name}-{time.strftime('%Y-%m-%d', time.gmtime())}.{file_format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, 200, headers, content_type=MEDIA_TYPES[cast(str, file_format)])


def _no_render(_run: Runner, _table: str, _record_id: str) -> None:
    """An export's answer names no record to render."""
    raise NotFound()
