"""The real handler of customers, and the same without what Skep adds to a plain stack, added again piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Flask

from services.customers.app import build_app
from services.customers.tables import TABLES
from services.records.rest.resource import mount_tables
from services.shared.caller import Build, Caller, Identity
from services.shared.database import Database, Row
from services.shared.lambda_adapter import make_handler
from services.shared.settings import Settings
from services.shared.web import create_app, service
from tests.bench.bare import Handler
from tests.bench.server import Server

__all__ = ["STEPS", "make_real_handler", "make_step_handler", "step"]

STEPS = ("the stack itself", "+ principal", "+ indexes", "+ rights", "+ log line", "+ change log")
"""The last one is the real handler on the real table."""


class _Nobody(Caller):
    """Runs statements as they are: nobody is looked up. The role only picks the view that a page reads."""

    _identity = Identity("", "admin", "")

    def __init__(self, database: Database) -> None:  # pylint: disable=super-init-not-called
        self.database = database

    @property
    def identity(self) -> Identity:
        return self._identity

    @property
    def known_id(self) -> str | None:
        return None

    def run(self, statement: str, params: Sequence[Any] = (), *, write: bool = False) -> list[Row]:
        return self.database.run(statement, params, write=write)

    def run_for_role(self, build: Build) -> list[Row]:
        return self.database.run(*build("admin"))


def _nobody() -> Caller:
    return _Nobody(service().database)


def make_real_handler(url: str) -> Handler:
    """The handler as Lambda has it."""
    return make_handler(build_app(Settings(database_url=url), Database(url)))


def make_step_handler(server: Server, name: str) -> Handler:
    """The handler of a step; the database must be in the same `step`."""
    number = STEPS.index(name)
    url = server.url(search_path="bare") if number < 2 else server.url()
    settings = Settings(database_url=url)
    if number == 0:
        app = create_app("customers", settings, Database(url))
        mount_tables(app, TABLES, "/v1", _nobody)
    else:
        app = build_app(settings, Database(url))
    if number < STEPS.index("+ log line"):
        _drop_log_line(app)
    return make_handler(app)


def _drop_log_line(app: Flask) -> None:
    app.after_request_funcs.clear()


@contextmanager
def step(server: Server, name: str) -> Iterator[None]:
    """Puts the real table into the state of a step, and back."""
    number = STEPS.index(name)
    try:
        if number < STEPS.index("+ rights"):
            server.sql("ALTER TABLE customers DISABLE ROW LEVEL SECURITY; ALTER TABLE customers DISABLE TRIGGER USER")
        elif number < STEPS.index("+ change log"):
            server.sql("ALTER TABLE customers DISABLE TRIGGER z_log")
        yield
    finally:
        server.sql("ALTER TABLE customers ENABLE ROW LEVEL SECURITY; ALTER TABLE customers ENABLE TRIGGER USER")
