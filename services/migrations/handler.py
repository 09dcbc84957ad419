"""The migrations as a Lambda: `{"command": "upgrade"}` or `{"command": "status"}`.

A failure raises, so that Lambda answers with FunctionError and the release stops.
"""

from __future__ import annotations

import os
from typing import Protocol, TypedDict

from services.migrations.errors import MigrationError
from services.migrations.runner import get_status, upgrade

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


def handler(event: dict[str, object], context: LambdaContext) -> Answer:
    """Runs one command as skep_owner. Raises MigrationError."""
    url = os.environ.get("SKEP_DATABASE_OWNER_URL", "")
    if not url:
        raise MigrationError("SKEP_DATABASE_OWNER_URL is not set.")
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
