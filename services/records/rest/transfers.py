"""Import and export of tables over REST. They know all tables, since links lead from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from flask import Flask, Response

from services.records.table import Table
from services.records.transfers import is_importable
from services.shared.authorize import Authorize

__all__ = ["mount_transfers"]


def mount_transfers(app: Flask, tables: Mapping[str, Table], prefix: str, authorize: Authorize) -> None:
    """Adds the routes of files of tables below a prefix, for callers whom `authorize` finds."""
    for table in tables.values():
        transfers = _Transfers(tables, table, prefix, authorize)
        path = f"{prefix}/{table.name}/export"
        app.add_url_rule(path, path, transfers.take_out, methods=["POST"])
        if is_importable(table):
            path = f"{prefix}/{table.name}/import"
            app.add_url_rule(path, path, transfers.put_in, methods=["POST"])


class _Transfers:
    """One table at one prefix. What reads and writes files is loaded by the first request that needs it."""

    def __init__(self, tables: Mapping[str, Table], table: Table, prefix: str, authorize: Authorize) -> None:
        self._given = (tables, table, prefix, authorize)

    def put_in(self) -> Response:
        """200 with the import's report, 202 with the job that will make it; 400 to 422, 503."""
        answer: Response = import_module("services.records.rest.imports").Imports(*self._given).create()
        return answer

    def take_out(self) -> Response:
        """200 with the file, 202 with the job that will write it; 400 to 422."""
        answer: Response = import_module("services.records.rest.exports").Exports(*self._given).create()
        return answer
