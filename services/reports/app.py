"""The application of this service."""

from __future__ import annotations

from flask import Flask, Response

from services.records import http
from services.reports.pipeline import get_pipeline
from services.shared.authorize import Authorize, api_key_caller, iam_caller
from services.shared.database import Database
from services.shared.settings import Settings
from services.shared.web import create_app, json_answer

__all__ = ["build_app"]


def build_app(settings: Settings, database: Database) -> Flask:
    """The reports, for clients and for IAM roles."""
    app = create_app("reports", settings, database)
    for prefix, authorize in (("/v1", api_key_caller), ("/iam/v1", iam_caller)):
        _mount(app, prefix, authorize)
    return app


def _mount(app: Flask, prefix: str, authorize: Authorize) -> None:
    def pipeline() -> Response:
        """200 with the pipeline; 401."""
        caller = authorize()
        http.check_parameters(())
        return json_answer(get_pipeline(caller))

    app.add_url_rule(f"{prefix}/reports/pipeline", f"{prefix}.pipeline", pipeline)
