"""A message of automations: all keys that were live at a moment, and the values of some that are new."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["KeyList", "NewKey", "WrongMessage", "read_message"]


class WrongMessage(Exception):
    """The message is none of ours. Its words are not repeated: there may be keys among them."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that the gateway may not have yet."""

    key_id: str
    value: str = field(repr=False)
    client_id: str
    name: str


@dataclass(frozen=True, slots=True)
class KeyList:
    """The keys that were live at a moment, by Postgres's clock. settled: their values went out long ago."""

    at: datetime
    settled: frozenset[str]
    under_way: frozenset[str]
    new: tuple[NewKey, ...] = ()

    @property
    def live(self) -> frozenset[str]:
        """The ids of all."""
        return self.settled | self.under_way


def read_message(body: str) -> KeyList:
    """The list that a message holds. Raises WrongMessage."""
    try:
        given: dict[str, Any] = json.loads(body)
        at = datetime.fromisoformat(given["at"])
        if at.tzinfo is None:
            raise ValueError
        new = tuple(NewKey(**{name: _text(value) for name, value in one.items()}) for one in given["new"])
        return KeyList(at, _ids(given["settled"]), _ids(given["under_way"]), new)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise WrongMessage("the body isn't a list of keys") from None


def _ids(given: Any) -> frozenset[str]:
    if not isinstance(given, list):
        raise TypeError
    return frozenset(map(_text, given))


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError
    return given
