"""SQS events: each message is done or goes back to the queue alone. The log names keys by their id, never by value."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from services.key_sync.messages import KeyList, WrongMessage, read_message
from services.key_sync.sync import Keys, Report, reconcile
from services.shared.metrics import LogLine

__all__ = ["make_handler"]

EPOCH = datetime.fromtimestamp(0, UTC)
DONE = LogLine(dict.fromkeys(("created", "attached", "deleted", "missing"), "Count"))
"""A message's. missing: keys that are live and that nobody can make again; an alarm reads it."""


def make_handler(
    connect: Callable[[], Keys], *, function_version: str = "$LATEST"
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """A Lambda handler for SQS events. connect: called for the first message, since it takes a while."""
    gateways: list[Keys] = []

    def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        failed: list[str] = []
        read = [(record["messageId"], _read(record, failed)) for record in event["Records"]]
        for message_id, keys in sorted(read, key=lambda one: one[1].at if one[1] else EPOCH):
            if keys is None:
                continue
            try:
                if not gateways:
                    gateways.append(connect())
                report = reconcile(gateways[0], keys, datetime.now(UTC))
                _log_report(report, message_id=message_id, at=keys.at, function_version=function_version)
            except Exception as error:  # noqa: BLE001  # pylint: disable=broad-exception-caught
                # Whatever it is, the other messages of the event are not to wait for it.
                _log("ERROR", message_id=message_id, error=_describe(error))
                failed.append(message_id)
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    return handler


def _read(record: Mapping[str, Any], failed: list[str]) -> KeyList | None:
    try:
        return read_message(record["body"])
    except WrongMessage as error:
        _log("ERROR", message_id=record["messageId"], error=str(error))
        failed.append(record["messageId"])
        return None


def _describe(error: Exception) -> str:
    """What went wrong and where. An error's own words are left out: botocore quotes parameters, keys among them."""
    if isinstance(error, ClientError):
        return f"{error.operation_name}: {error.response['Error']['Code']}"
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {where.name}, line {where.lineno}"


def _log_report(report: Report, **what: Any) -> None:
    for key_id in report.missing:
        _log("ERROR", key_id=key_id, error="API Gateway lacks this key and nobody has its value: make a new key")
    counts = {name: len(getattr(report, name)) for name in DONE.metrics}
    DONE.write({"level": "INFO", "service": "key_sync", **what, **counts})


def _log(level: str, **what: Any) -> None:
    sys.stdout.write(json.dumps({"level": level, "service": "key_sync", **what}) + "\n")
