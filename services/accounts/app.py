"""The application of this service: teams, people, clients, and clients' keys."""

from __future__ import annotations

from flask import Flask, Response

from services.accounts.keys import issue_key, revoke_keys
from services.accounts.tables import TABLES
from services.records.rest import http
from services.records.rest.service import build_records_app
from services.shared.authorize import program_caller
from services.shared.database import Database
from services.shared.settings import Settings
from services.shared.web import View, by_method, json_answer, service

__all__ = ["build_app"]


def build_app(settings: Settings, database: Database) -> Flask:
    """The REST door of the tables, and clients' keys."""
    app = build_records_app("accounts", TABLES, settings, database)
    views: dict[str, View] = {"POST": _create_key, "DELETE": _delete_key}
    app.add_url_rule("/v1/clients/<record_id>/key", "key", by_method(views), methods=list(views))
    return app


def _create_key(record_id: str) -> Response:
    """201 with a new key, shown this once; the one before ends. 401, 403, 404, 422."""
    caller = program_caller()
    http.check_parameters(())
    key = issue_key(caller, http.known_id(record_id), service().work_queue)
    return json_answer({"key": key}, 201, {"Cache-Control": "no-store"})


def _delete_key(record_id: str) -> Response:
    """204; the client's key ends at once. 401, 403, 404."""
    caller = program_caller()
    http.check_parameters(())
    revoke_keys(caller, http.known_id(record_id), service().work_queue)
    return Response(status=204)
