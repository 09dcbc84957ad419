"""A message to an SQS queue, best effort: what it announces is in the database already, and swept each minute.

Source: "SendMessage" (Amazon SQS API reference, AWS JSON protocol).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from services.shared.outside import NoAnswer, ask
from services.shared.signing import MissingCredentials, Scope, sign

__all__ = ["Queue"]

TIMEOUT_SECONDS = 1.0


class Queue:
    """One queue, or none where the URL is None. environment: where credentials are read at the time of signing."""

    def __init__(
        self,
        url: str | None,
        region: str | None,
        environment: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url, self._region, self._environment, self._clock = url, region or "", environment, clock

    def send(self, message: Mapping[str, Any]) -> bool:
        """Sends a message as JSON, within a second or not at all. Gives whether it went; says in the log why not."""
        if self._url is None:
            return False
        parts = urlsplit(self._url)
        endpoint = f"{parts.scheme}://{parts.netloc}/"
        body = orjson.dumps({"QueueUrl": self._url, "MessageBody": orjson.dumps(message).decode()})
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}
        scope = Scope("sqs", self._region, self._environment, self._clock())
        try:
            signed = sign(scope, "POST", endpoint, headers, body)
            with ask("POST", endpoint, headers=signed, body=body, timeout_seconds=TIMEOUT_SECONDS) as answer:
                if answer.status == 200:
                    return True
                return _failed(parts.path, str(answer.status))
        except (MissingCredentials, NoAnswer) as error:
            return _failed(parts.path, str(error))


def _failed(queue: str, why: str) -> bool:
    line = {"level": "WARNING", "queue": queue.rpartition("/")[2], "error": why}
    sys.stderr.write(orjson.dumps(line).decode() + "\n")
    return False
