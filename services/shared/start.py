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

__all__ = ["start", "start_worker"]

Build = Callable[[Settings, Database], Flask]
Handler = Callable[[Any, Any], dict[str, Any]]


def _make_database(settings: Settings, *, replica: bool = False) -> Database:
    """The database that the settings name; with RDS tokens for a password where they say so.

    replica: where only reads are made, and there is a replica to read from.
    """
    url = settings.database_read_url if replica and settings.database_read_url else settings.database_url
    password = None
    if settings.database_iam_region is not None:
        password = token_source(url, settings.database_iam_region, os.environ)
    return Database(url, password=password)


def start(build_app: Build, *, replica: bool = False) -> Handler:
    """The Lambda handler of a service. Raises MissingSettings, which fails the function's init."""
    settings = Settings.from_environment(os.environ)
    return make_handler(build_app(settings, _make_database(settings, replica=replica)))


def start_worker(build_handler: Callable[[Database], Handler]) -> Handler:
    """The Lambda handler of a service that no request reaches."""
    return build_handler(_make_database(Settings.from_environment(os.environ)))
