"""The commands of the migrations' Lambda: `{"command": "upgrade"}` or `{"command": "status"}`.

A failure raises, so that Lambda answers with FunctionError and the release stops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypedDict

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
    url = environment.get(URL_NAME, "")
    if not url:
        raise MissingSettings(f"set {URL_NAME} in the environment")

    def handler(event: dict[str, object], context: LambdaContext) -> Answer:
        command = event.get("command")
        log: list[str] = []
        if command == "upgrade":
            left = context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
            status = upgrade(url, deadline_seconds=max(0.0, left), report=log.append)
        elif command == "status":
            status = get_status(url)
        else:
            raise MigrationError(f"The command is upgrade or status, not {command!r}.")
        return {"head": status.head, "applied": status.applied, "pending": status.pending, "log": log}

    return handler
