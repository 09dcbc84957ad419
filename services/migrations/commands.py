"""The commands of the migrations' Lambda: `{"command": "bootstrap"}`, and the same with upgrade and status.

A failure raises, so that Lambda answers with FunctionError and the release stops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypedDict

import psycopg2

from services.migrations.access import master_url, owner_url
from services.migrations.bootstrap import bootstrap
from services.migrations.errors import MigrationError, MissingSettings
from services.migrations.runner import get_status, upgrade
from services.migrations.session import URL_NAME

MARGIN_SECONDS = 10.0  # to cancel a statement, roll back and answer


class LambdaContext(Protocol):
    """What is used of Lambda's context object."""

    def get_remaining_time_in_millis(self) -> int:
        """Gives the time until Lambda kills this invocation."""
        ...


class Answer(TypedDict):
    """The answer: with something in `pending` after an upgrade, invoke again to go on."""

    head: str | None
    applied: list[str]
    pending: list[str]
    log: list[str]


Handler = Callable[[dict[str, object], LambdaContext], Answer]


def make_handler(environment: Mapping[str, str]) -> Handler:
    """The handler, which runs one command as skep_owner or raises MigrationError. Raises MissingSettings."""
    if not environment.get(URL_NAME):
        raise MissingSettings(f"set {URL_NAME} in the environment")

    def handler(event: dict[str, object], context: LambdaContext) -> Answer:
        command = event.get("command")
        log: list[str] = []
        if command == "upgrade":
            left = context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
            status = upgrade(owner_url(environment), deadline_seconds=max(0.0, left), report=log.append)
        elif command == "bootstrap":
            log.append(prepare(environment))
            status = get_status(owner_url(environment))
        elif command == "status":
            status = get_status(owner_url(environment))
        else:
            raise MigrationError(f"The command is bootstrap, upgrade or status, not {command!r}.")
        return {"head": status.head, "applied": status.applied, "pending": status.pending, "log": log}

    return handler


def prepare(environment: Mapping[str, str]) -> str:
    """Makes the database and its roles, as the server's master. Gives what it did; may be run again.

    Raises MissingSettings, MigrationError.
    """
    url, database = master_url(environment)
    try:
        bootstrap(url, database, {})
    except psycopg2.Error as error:
        raise MigrationError(f"The bootstrap failed: {str(error).strip()}") from None
    return f"The database {database} is ready for its first migration."
