"""A file into a table over REST: at once where a request can do it, else as a job."""

from __future__ import annotations

import io
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Response, request

from services.records.exactly_once import MAX_BODY_BYTES, Answer, answer_once
from services.records.import_args import (
    ANSWER_BYTES,
    fit_report,
    is_text,
    read_options,
    refuse_lines,
    write_options,
)
from services.records.importing.engine import import_file
from services.records.importing.options import Options, parse_column, parse_replacement
from services.records.importing.wire import report_as_json
from services.records.jobs import create_job
from services.records.rest import http
from services.records.rest.jobs import accepted
from services.records.rest.lines import has_many_lines
from services.records.table import Table
from services.records.transfers import MOST_BYTES, check_may_import, upload_key
from services.shared.authorize import Authorize
from services.shared.caller import Caller, Runner
from services.shared.errors import BadRequest, Invalid, NotFound, TooLarge, UnsupportedMediaType
from services.shared.files import MAX_FILE_BYTES
from services.shared.web import service

__all__ = ["FILE_TYPES", "PARAMETERS", "Imports"]

FILE_TYPES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
PARAMETERS = ("key", "map", "replace", "dates", "null", "sheet", "apply")
MOST_ENTRIES = 20_000
"""Of each list of a report: what an answer has room for."""
MOST_SECONDS = 15.0
"""What takes longer becomes a job. API Gateway waits for 29 seconds, and a step of the work takes some of them."""
T = TypeVar("T")
MEMBERS = ("file", "key", "columns", "replacements", "dates", "null", "sheet", "apply")


class _TooMuch(Exception):
    """This is more than a request can do or tell: it is undone, and becomes a job."""


class Imports:
    """Imports into one table. tables: all there are, since a table's links lead to others."""

    def __init__(self, tables: Mapping[str, Table], table: Table, prefix: str, authorize: Authorize) -> None:
        self._tables, self._table, self._prefix, self._authorize = tables, table, prefix, authorize

    def create(self) -> Response:
        """200 with the report, 202 with the job that will make it; 400, 401, 403, 409, 413, 415, 422, 503."""
        caller = self._authorize()
        # Rights first: who may not import need not send anything that can be read.
        check_may_import(self._table, caller.identity)
        if request.mimetype in FILE_TYPES:
            return self._import_body(caller)
        if request.mimetype == "application/json":
            return self._import_upload(caller)
        allowed = ("application/json", *FILE_TYPES)
        raise UnsupportedMediaType(f"The body must be {' or '.join(allowed)}.", headers={"Accept": ", ".join(allowed)})

    def _import_body(self, caller: Caller) -> Response:
        http.check_parameters(PARAMETERS)
        apply, options = http.flag("apply"), _options_of_query()
        content = request.get_data()
        if not content:
            raise BadRequest("The body is empty: it must be the file.")
        if len(content) > MOST_BYTES:
            raise TooLarge("The file has more than 4 MB. Upload it (POST /v1/files), then import it by its id.")
        queued = write_options(options) | {"apply": apply}
        if has_many_lines(content):
            return self._queue_body(caller, content, queued)
        # What changes nothing is simply done again.
        key = http.idempotency_key() if apply else None
        try:
            answer = answer_once(caller, key, self._work(content, options, apply=apply), _no_render)
        except _TooMuch:
            return self._queue_body(caller, content, queued)
        return http.answer_with(answer)

    def _work(self, content: bytes, options: Options, *, apply: bool) -> Callable[[Runner], Answer]:
        deadline = time.monotonic() + MOST_SECONDS

        def progress(_done: int, _total: int) -> None:
            if time.monotonic() > deadline:
                raise _TooMuch()

        def work(run: Runner) -> Answer:
            report = import_file(
                run,
                self._tables,
                self._table,
                content,
                options=options,
                settings=service().settings,
                apply=apply,
                progress=progress,
            )
            told = fit_report(report_as_json(self._table, report, most=MOST_ENTRIES), ANSWER_BYTES)
            if len(told["refusals"]) < len(report.refused):
                raise _TooMuch()
            if apply:
                refuse_lines(report, told)
            return Answer(200, fit_report(told, MAX_BODY_BYTES) if apply else told, change_set=report.change_set)

        return work

    def _queue_body(self, caller: Caller, content: bytes, asked: dict[str, Any]) -> Response:
        def work(run: Runner) -> Answer:
            file_id = str(uuid.uuid4())
            with run.atomically() as transaction:
                # The job comes first, as a key that was used already must be found out before the file is kept.
                answer = self._accept(transaction, file_id, asked)
                service().files.put(upload_key(caller.identity.principal_id, file_id), io.BytesIO(content))
            return answer

        return http.answer_with(answer_once(caller, http.idempotency_key(), work, _no_render))

    def _import_upload(self, caller: Caller) -> Response:
        http.check_parameters(())
        file_id, asked = _read_body(http.json_body())

        def work(run: Runner) -> Answer:
            with run.atomically() as transaction:
                answer = self._accept(transaction, file_id, asked)
                _expect_file(upload_key(caller.identity.principal_id, file_id))
            return answer

        return http.answer_with(answer_once(caller, http.idempotency_key(), work, _no_render))

    def _accept(self, run: Runner, file_id: str, asked: dict[str, Any]) -> Answer:
        args = {"table": self._table.name, "file": file_id} | asked
        return accepted(run, create_job(run, "import", args, idempotent=True), self._prefix)


def _options_of_query() -> Options:
    given = read_options(
        {
            "key": request.args.getlist("key"),
            "dates": http.parameter("dates"),
            "null": http.parameter("null"),
            "sheet": http.parameter("sheet"),
        }
    )
    columns, replacements = _parse_each("map", parse_column), _parse_each("replace", parse_replacement)
    return Options(given.key, columns, replacements, given.dates, given.null, given.sheet)


def _parse_each(name: str, parse: Callable[[str], T]) -> tuple[T, ...]:
    texts = request.args.getlist(name)
    if not all(is_text(text) for text in texts):
        raise Invalid(errors=[{"field": name, "message": "This has a character that no text has."}])
    try:
        return tuple(parse(text) for text in texts)
    except BadRequest as error:
        raise Invalid(errors=[{"field": name, "message": error.detail}]) from error


def _read_body(body: Any) -> tuple[str, dict[str, Any]]:
    """The file's id, and the rest of an import's args. Raises Invalid naming the member."""
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object with the id of an uploaded file.")
    errors = [{"field": name[:80], "message": "There is no such member."} for name in body if name not in MEMBERS]
    file_id, apply = body.get("file"), body.get("apply", False)
    if not isinstance(file_id, str) or not http.is_id(file_id):
        errors.append({"field": "file", "message": "This must be the id that POST /v1/files gave."})
    if not isinstance(apply, bool):
        errors.append({"field": "apply", "message": "This must be true or false."})
    if errors:
        raise Invalid(errors=errors)
    read_options(body)
    empty = write_options(Options()).items()
    return str(file_id).lower(), {name: body.get(name) or none for name, none in empty} | {"apply": apply}


def _expect_file(key: str) -> None:
    """Raises Invalid where nothing lies under a key that can be imported."""
    size = service().files.find_size(key)
    if size is None:
        message = "There is no such file: nothing was uploaded to it, or it has been removed since."
    elif size == 0:
        message = "The file is empty."
    elif size > MAX_FILE_BYTES:
        message = "The file has more than 100 MB. Split it."
    else:
        return
    raise Invalid(errors=[{"field": "file", "message": message}])


def _no_render(_run: Runner, _table: str, _record_id: str) -> None:
    """An import's answer names no record to render."""
    raise NotFound()
