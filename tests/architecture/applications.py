"""The applications of the catalog, built without a database, and their view functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from flask import Flask

from services.local.catalog import web_services
from services.shared.database import Database
from services.shared.settings import Settings

SETTINGS = Settings(database_url="postgresql://nobody@localhost/nothing")


class View(NamedTuple):
    """What answers a route. name: service and endpoint."""

    name: str
    function: Callable[..., Any]


@cache
def build_applications() -> dict[str, Flask]:
    """Service -> its application. Fails when the catalog has none."""
    names = web_services()
    assert names, "no service of the catalog has a mount"
    return {
        name: import_module(f"services.{name}.app").build_app(SETTINGS, Database(SETTINGS.database_url))
        for name in names
    }


def list_views() -> list[View]:
    """The view functions of all applications. Fails when there are none."""
    views = [
        View(f"{service} {endpoint} {method}".rstrip(), function)
        for service, app in build_applications().items()
        for endpoint, view in app.view_functions.items()
        for method, function in _by_method(view).items()
    ]
    assert views, "no application has a route"
    return views


def _by_method(view: Callable[..., Any]) -> Mapping[str, Callable[..., Any]]:
    """The views that services.shared.web.by_method has made one of; or the view itself."""
    views: Mapping[str, Callable[..., Any]] | None = inspect.getclosurevars(view).nonlocals.get("views")
    return views or {"": view}
