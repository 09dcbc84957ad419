"""The application of this service."""

from flask import Flask

from services.customers.tables import TABLES
from services.records.rest.service import build_records_app
from services.shared.database import Database
from services.shared.settings import Settings

__all__ = ["build_app"]


def build_app(settings: Settings, database: Database) -> Flask:
    """The REST door of the tables."""
    return build_records_app("customers", TABLES, settings, database)
