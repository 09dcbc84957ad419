"""A handler's start: the one place that reads the environment."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from services.shared.database import Database
from services.shared.lambda_adapter import make_handler
from services.shared.rds_token import token_source
from services.shared.settings import Settings
from services.shared.task_credentials import keep_task_credentials

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["start", "start_alone", "start_task", "start_worker"]

Build = Callable[[Settings, Database], "Flask"]
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


def start(service: str, *, replica: bool = False) -> Handler:
    """The Lambda handler of a service, whose application it imports. Raises MissingSettings: the init fails.

    Collecting garbage while modules are imported finds none, and takes a twentieth of a cold start; what was imported
    stays for good, and is left out of every later collection.
    """
    gc.disable()
    settings = Settings.from_environment(os.environ)
    build_app: Build = import_module(f"services.{service}.app").build_app
    handler = make_handler(build_app(settings, _make_database(settings, replica=replica)))
    gc.freeze()
    gc.enable()
    return handler


def start_worker(build_handler: Callable[[Settings, Database, Database | None], Handler]) -> Handler:
    """The Lambda handler of a service that no request reaches, made of settings, the primary and a replica if any."""
    settings = Settings.from_environment(os.environ)
    replica = _make_database(settings, replica=True) if settings.database_read_url else None
    return build_handler(settings, _make_database(settings), replica)


def start_alone(build_handler: Callable[[Mapping[str, str]], Handler]) -> Handler:
    """The Lambda handler of a service without a database, which reads settings of its own from the environment."""
    return build_handler(os.environ)


def start_task() -> None:
    """To be called first where no Lambda runs us but ECS: what signs requests finds credentials from then on."""
    keep_task_credentials(os.environ)
