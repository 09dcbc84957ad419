"""A handler's start: the one place that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from flask import Flask

from services.shared.database import Database
from services.shared.lambda_adapter import make_handler
from services.shared.rds_token import token_source
from services.shared.settings import Settings

__all__ = ["make_database", "start"]

Build = Callable[[Settings, Database], Flask]


def make_database(settings: Settings) -> Database:
    """The database that the settings name; with RDS tokens for a password where they say so."""
    password = None
    if settings.database_iam_region is not None:
        password = token_source(settings.database_url, settings.database_iam_region, os.environ)
    return Database(settings.database_url, password=password)


def start(build_app: Build) -> Callable[[Any, Any], dict[str, Any]]:
    """The Lambda handler of a service. Raises MissingSettings, which fails the function's init."""
    settings = Settings.from_environment(os.environ)
    return make_handler(build_app(settings, make_database(settings)))
