"""Makes the gateway's keys those of a list. Lists may come twice, late and out of order, and from two at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.key_sync.messages import KeyList, NewKey

__all__ = ["Keys", "Report", "reconcile"]

FRESH = timedelta(minutes=15)
"""An older list may name keys that were revoked since: that these are missing says nothing."""


class Keys(Protocol):
    """What the gateway can do; services/key_sync/gateway.py does it."""

    def list_keys(self) -> list[tuple[str, str]]: ...

    def list_attached(self) -> set[str]: ...

    def create(self, new: NewKey, at: datetime) -> str | None: ...

    def attach(self, api_id: str) -> None: ...

    def is_older(self, api_id: str, at: datetime) -> bool: ...

    def delete(self, api_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What was done, as our ids of keys. missing: live, but nobody has their value any more."""

    created: list[str]
    attached: list[str]
    deleted: list[str]
    missing: list[str]


def reconcile(gateway: Keys, keys: KeyList, now: datetime) -> Report:
    """Makes new keys, attaches live ones, deletes those that the list has no more and that are older than the list."""
    there = gateway.list_keys()
    known = {key_id for key_id, _ in there}
    report = Report([], [], [], sorted(keys.settled - known) if now - keys.at < FRESH else [])
    for new in keys.new:
        if new.key_id not in known and (made := gateway.create(new, keys.at)):
            there.append((new.key_id, made))
            report.created.append(new.key_id)
    attached = gateway.list_attached()
    for key_id, api_id in there:
        if key_id in keys.live:
            if api_id not in attached:
                gateway.attach(api_id)
                report.attached.append(key_id)
        elif gateway.is_older(api_id, keys.at):
            gateway.delete(api_id)
            report.deleted.append(key_id)
    return report
