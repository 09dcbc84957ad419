"""The REST door of a table: the same routes for every one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, request

from services.records import changes, listing, store
from services.records.exactly_once import Answer, answer_once
from services.records.rest import http
from services.records.table import Table
from services.shared.authorize import Authorize
from services.shared.caller import Caller, Runner
from services.shared.errors import NotFound
from services.shared.web import View, by_method, json_answer, service

__all__ = ["LIST_PARAMETERS", "mount_tables"]

LIST_PARAMETERS = ("limit", "cursor", "sort", "filter", "q", "fields", "count")


def mount_tables(app: Flask, tables: Iterable[Table], prefix: str, authorize: Authorize) -> None:
    """Adds the routes of tables below a prefix, for callers whom `authorize` finds."""
    for table in tables:
        resource = _Resource(table, prefix, authorize)
        base = f"{prefix}/{table.name}"
        paths: tuple[tuple[str, dict[str, View]], ...] = (
            (base, {"GET": resource.list, "POST": resource.create}),
            (f"{base}/<record_id>", {"GET": resource.get, "PATCH": resource.update, "DELETE": resource.delete}),
            (f"{base}/<record_id>/restore", {"POST": resource.restore}),
            (f"{base}/<record_id>/history", {"GET": resource.history}),
        )
        for path, views in paths:
            app.add_url_rule(path, path, by_method(views), methods=list(views))


class _Resource:
    """One table at one prefix."""

    def __init__(self, table: Table, prefix: str, authorize: Authorize) -> None:
        self._table, self._prefix, self._authorize = table, prefix, authorize

    def list(self) -> Response:
        """200 with a page; 400, 401, 422."""
        caller = self._authorize()
        http.check_parameters(LIST_PARAMETERS)
        fields, count = http.parameter("fields"), http.flag("count")
        query = listing.Query.parse(
            self._table,
            filters=request.args.getlist("filter"),
            q=http.parameter("q"),
            sort=http.parameter("sort"),
            cursor=http.parameter("cursor"),
            limit=http.whole_number("limit", 50, most=listing.MAX_LIMIT),
            fields=None if fields is None else fields.split(","),
        )
        page = listing.list_records(caller, self._table, query)
        body: dict[str, Any] = {"items": page.items, "next": page.next}
        if count:
            body["count"] = listing.count_records(caller, self._table, query)
        return json_answer(body)

    def get(self, record_id: str) -> Response:
        """200 with a record and its ETag, 304; 401, 404."""
        caller = self._authorize()
        http.check_parameters(())
        record = store.get_record(caller, self._table, http.known_id(record_id))
        etag = f'"{record["version"]}"'
        return http.not_modified(etag) or json_answer(record, headers={"ETag": etag})

    def create(self) -> Response:
        """201 with the record, its ETag and Location; 400, 401, 403, 409, 415, 422."""
        caller = self._authorize()
        http.check_parameters(())
        body = http.json_body()

        def work(run: Runner) -> Answer:
            values = store.read_body(self._table, body)
            change = store.create_record(run, self._table, values, service().settings)
            return self._answer(201, change, location=True)

        return self._write(caller, work)

    def update(self, record_id: str) -> Response:
        """200 with the record, 204 when it was handed over and left the caller's view; 400 to 422."""
        caller = self._authorize()
        http.check_parameters(())
        known, version, body = http.known_id(record_id), http.if_match(), http.json_body(patch=True)

        def work(run: Runner) -> Answer:
            values = store.read_body(self._table, body, partial=True)
            return self._answer(200, store.update_record(run, self._table, known, values, version=version))

        return self._write(caller, work)

    def delete(self, record_id: str) -> Response:
        """204; 401, 403, 404, 409, 412."""
        caller = self._authorize()
        http.check_parameters(())
        known, version = http.known_id(record_id), http.if_match()

        def work(run: Runner) -> Answer:
            change = store.delete_record(run, self._table, known, version=version)
            return Answer(204, change_set=change.change_set)

        return self._write(caller, work)

    def restore(self, record_id: str) -> Response:
        """200 with the record; 401, 403, 404, 409."""
        caller = self._authorize()
        http.check_parameters(())
        known = http.known_id(record_id)
        return self._write(caller, lambda run: self._answer(200, store.restore_record(run, self._table, known)))

    def history(self, record_id: str) -> Response:
        """200 with the record's changes, newest first; 400, 401, 404."""
        caller = self._authorize()
        http.check_parameters(("cursor", "limit"))
        items, following = changes.list_history(
            caller, self._table, http.known_id(record_id), http.parameter("cursor"), http.whole_number("limit", 50)
        )
        return json_answer({"items": items, "next": following})

    def _write(self, caller: Caller, work: Any) -> Response:
        return http.answer_with(answer_once(caller, http.idempotency_key(), work, self._render))

    def _render(self, run: Runner, _: str, record_id: str) -> Any:
        try:
            return store.get_record(run, self._table, record_id)
        except NotFound:
            return None  # made then, but no longer for these eyes

    def _answer(self, status: int, change: store.Change, *, location: bool = False) -> Answer:
        if change.record is None:
            return Answer(204, change_set=change.change_set)
        record_id = change.record["id"]
        headers = {"ETag": f'"{change.record["version"]}"'}
        if location:
            headers["Location"] = f"{self._prefix}/{self._table.name}/{record_id}"
        return Answer(status, change.record, headers, change.change_set, [(self._table.name, record_id)])
