"""What API Gateway has to know of clients' keys, told to the key queue. Outside the VPC, the key sync hears it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from services.automations.jobs import SecondsLeft
from services.automations.tools import Tools
from services.shared.database import Database
from services.shared.queue import Queue

__all__ = ["MESSAGE_BYTES", "KeysNotTold", "keys", "tell_gateway"]

NEWS = "SELECT at, state, settled, under_way, waiting FROM skep.gateway_news(%s)"
TOLD = "SELECT skep.gateway_told(%s, %s)"
VALUES_IN_A_MESSAGE = 100
MESSAGE_BYTES = 262_144
"""What every SQS queue takes. The ids of 10,000 keys, API Gateway's own limit, fill 60 % of it."""
STOP_AT_SECONDS = 30.0

Send = Callable[[Mapping[str, Any]], bool]


class KeysNotTold(Exception):
    """API Gateway hears of no change of keys until this is mended."""


def keys(tools: Tools, seconds_left: SecondsLeft) -> dict[str, Any]:
    """Each minute, and as soon as a key is made or revoked: tells the gateway what is new. Raises KeysNotTold."""
    settings = tools.settings
    if settings.key_queue_url is None:
        return {"keys": "no key queue"}
    queue = Queue(settings.key_queue_url, settings.region, settings.environment)
    return {"keys": tell_gateway(tools.database, queue.send, seconds_left)}


def tell_gateway(database: Database, send: Send, seconds_left: SecondsLeft) -> dict[str, int]:
    """Sends what there is to tell, and wipes the values that the queue has taken. Gives how many messages and values.

    database: as skep_job; send gives whether the queue took it. A message has all live keys, so that none depends on
    another, and a part of the new values:
    {"at", "settled": [key id], "under_way": [key id], "new": [{"key_id", "value", "client_id", "name"}]}.
    Raises KeysNotTold when the queue takes no message; the values wait then.
    """
    told = {"messages": 0, "new": 0}
    while seconds_left() > STOP_AT_SECONDS and (rows := database.run(NEWS, (VALUES_IN_A_MESSAGE,))):
        at, state, settled, under_way, waiting = rows[0]
        new = orjson.loads(waiting)
        message = {"at": at, "settled": settled, "under_way": under_way, "new": new}
        if len(orjson.dumps(message)) > MESSAGE_BYTES:
            raise KeysNotTold(f"{len(settled) + len(under_way)} live keys don't fit in a message.")
        if not send(message):
            raise KeysNotTold(f"The key queue didn't take the message; {len(new)} or more keys wait.")
        database.run(TOLD, (state, [one["key_id"] for one in new]), write=True)
        told["messages"] += 1
        told["new"] += len(new)
    return told
