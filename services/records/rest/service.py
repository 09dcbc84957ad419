"""A service that is nothing but the REST door of its tables."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask

from services.records.rest.resource import mount_tables
from services.records.table import Table
from services.shared.authorize import program_caller
from services.shared.database import Database
from services.shared.settings import Settings
from services.shared.web import create_app

__all__ = ["build_records_app"]


def build_records_app(name: str, tables: Iterable[Table], settings: Settings, database: Database) -> Flask:
    """An application with the routes of tables for programs."""
    app = create_app(name, settings, database)
    mount_tables(app, tables, "/v1", program_caller)
    return app
