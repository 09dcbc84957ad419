"""Dates as files have them: how a column writes them is decided over all its lines, and never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

__all__ = ["DateOrder", "find_order", "to_iso"]

DateOrder = Literal["MDY", "DMY"]

_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00(\.0{1,9})?)?(Z|[+-]00:?00)?$")


def find_order(values: Iterable[str]) -> DateOrder | Literal["any"] | None:
    """The order of day and month in a column; None when its values leave that open, "any" when it makes no odds."""
    pairs = [
        (int(match[1]), int(match[3]))
        for value in values
        if (match := _YEAR_LAST.fullmatch(_day(value))) and match[2] != "."
    ]
    days_first = any(first > 12 for first, _ in pairs)
    months_first = any(second > 12 for _, second in pairs)
    if days_first != months_first:
        return "DMY" if days_first else "MDY"
    return "any" if not days_first and all(first == second for first, second in pairs) else None


def to_iso(text: str, order: DateOrder) -> str:
    """A date as YYYY-MM-DD, without a midnight behind it; what is no such date comes back as it is.

    Points stand between day, month and year (D.M.Y) wherever people use them, so there the order is known.
    """
    day_text = _day(text)
    match = _YEAR_FIRST.fullmatch(day_text)
    if match:
        year, month, day = match[1], match[3], match[4]
    else:
        match = _YEAR_LAST.fullmatch(day_text)
        if not match:
            return text
        year = match[4]
        days_first = order == "DMY" or match[2] == "."
        day, month = (match[1], match[3]) if days_first else (match[3], match[1])
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return text


def _day(text: str) -> str:
    return _MIDNIGHT.sub("", text)
