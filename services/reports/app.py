"""The application of this service."""

from __future__ import annotations

from flask import Flask, Response

from services.records.rest import http
from services.reports.pipeline import get_pipeline
from services.shared.authorize import program_caller
from services.shared.database import Database
from services.shared.settings import Settings
from services.shared.web import create_app, json_answer

__all__ = ["build_app"]


def build_app(settings: Settings, database: Database) -> Flask:
    """The reports, for programs."""
    app = create_app("reports", settings, database)
    app.add_url_rule("/v1/reports/pipeline", "pipeline", _pipeline)
    return app


def _pipeline() -> Response:
    """200 with the pipeline; 400, 401."""
    caller = program_caller()
    http.check_parameters(())
    return json_answer(get_pipeline(caller))
