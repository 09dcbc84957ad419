"""The application of this service: teams, people, clients, and clients' keys."""

from __future__ import annotations

from flask import Flask, Response

from services.accounts.keys import issue_key, revoke_keys
from services.accounts.tables import TABLES
from services.records import http
from services.records.service import build_records_app
from services.shared.authorize import Authorize, api_key_caller, iam_caller
from services.shared.database import Database
from services.shared.settings import Settings
from services.shared.web import json_answer

__all__ = ["build_app"]


def build_app(settings: Settings, database: Database) -> Flask:
    """The REST door of the tables, and clients' keys."""
    app = build_records_app("accounts", TABLES, settings, database)
    for prefix, authorize in (("/v1", api_key_caller), ("/iam/v1", iam_caller)):
        _mount_keys(app, prefix, authorize)
    return app


def _mount_keys(app: Flask, prefix: str, authorize: Authorize) -> None:
    def create_key(record_id: str) -> Response:
        """201 with a new key, shown this once; the one before ends. 401, 403, 404, 422."""
        caller = authorize()
        http.check_parameters(())
        key = issue_key(caller, http.known_id(record_id))
        return json_answer({"key": key}, 201, {"Cache-Control": "no-store"})

    def delete_key(record_id: str) -> Response:
        """204; the client's key ends at once. 401, 403, 404."""
        caller = authorize()
        http.check_parameters(())
        revoke_keys(caller, http.known_id(record_id))
        return Response(status=204)

    path = f"{prefix}/clients/<record_id>/key"
    app.add_url_rule(path, f"{prefix}.create_key", create_key, methods=["POST"])
    app.add_url_rule(path, f"{prefix}.delete_key", delete_key, methods=["DELETE"])
