"""Exactly once: a write's answer is kept under its idempotency key, in the transaction that makes the change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from services.records.errors import KeyClash, explain_clash
from services.shared.caller import Caller, Key, Replay, Runner
from services.shared.errors import BadRequest, ConnectionLost, NothingChanged

__all__ = ["Answer", "Render", "answer_once", "make_key"]

MAX_BODY_BYTES = 64 * 1024
Render = Callable[[Runner, str, str], Any]
"""Gives a record as its table's door shows it: (run, table name, record id) -> body."""


class Answer(NamedTuple):
    """What a write answers. records: [(table, id)] by which a body too large to keep is rendered again."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = MappingProxyType({})
    change_set: str | None = None
    records: Sequence[tuple[str, str]] = ()
    replayed: bool = False


def make_key(name: str, *parts: str | bytes) -> Key:
    """The key of a request made of these parts. Raises BadRequest for a name that is no key."""
    if not 1 <= len(name) <= 255 or not name.isprintable() or not name.isascii():
        raise BadRequest("An idempotency key has 1 to 255 printable ASCII characters.")
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8) + data)
    return Key(name, digest.digest())


def answer_once(caller: Caller, key: Key | None, work: Callable[[Runner], Answer], render: Render) -> Answer:
    """Does the work, or gives the answer that it had before. Without a key: just does it.

    A connection that dies under a keyed write is no reason to give up: the work is done once more, and the key
    decides whether it had been done. Without a key it is done once more only if nothing can have been changed.
    Raises KeyReused, InProgress, and what the work raises.
    """
    try:
        return _try_once(caller, key, work, render)
    except KeyClash as clash:
        raise explain_clash(caller, clash) from clash


def _try_once(caller: Caller, key: Key | None, work: Callable[[Runner], Answer], render: Render) -> Answer:
    if key is None:
        try:
            return work(caller)
        except NothingChanged:
            return work(caller)
    try:
        return _once(caller, key, work, render)
    except ConnectionLost:
        return _once(caller, key, work, render)


def _once(caller: Caller, key: Key, work: Callable[[Runner], Answer], render: Render) -> Answer:
    try:
        with caller.atomically(key) as transaction:
            answer = work(transaction)
            transaction.keep(answer.status, _kept(answer))
        return answer
    except Replay as replay:
        return _replayed(caller, replay, render)


def _kept(answer: Answer) -> dict[str, Any]:
    kept: dict[str, Any] = {"headers": dict(answer.headers), "records": list(answer.records)}
    body = orjson.dumps(answer.body)
    if len(body) <= MAX_BODY_BYTES:
        kept["body"] = body.decode()
    return kept


def _replayed(caller: Caller, replay: Replay, render: Render) -> Answer:
    kept = replay.answer
    if "body" in kept:
        body = orjson.loads(kept["body"])
    else:
        table, record_id = kept["records"][0]  # only a record's answer grows so large
        body = render(caller, table, record_id)
        if body is None:  # made then, but no longer for these eyes
            return Answer(204, change_set=replay.change_set, replayed=True)
        kept["headers"]["ETag"] = f'"{body["version"]}"'
    return Answer(replay.status, body, kept["headers"], replay.change_set, replayed=True)
