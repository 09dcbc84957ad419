"""A service that is nothing but the REST door of its tables."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask

from services.records.rest import mount_tables
from services.records.table import Table
from services.shared.authorize import api_key_caller, iam_caller
from services.shared.database import Database
from services.shared.settings import Settings
from services.shared.web import create_app

__all__ = ["build_records_app"]


def build_records_app(name: str, tables: Iterable[Table], settings: Settings, database: Database) -> Flask:
    """An application with the routes of tables for clients (/v1) and for IAM roles (/iam/v1)."""
    app = create_app(name, settings, database)
    known = tuple(tables)
    mount_tables(app, known, "/v1", api_key_caller)
    mount_tables(app, known, "/iam/v1", iam_caller)
    return app
