"""How values look on pages: Jinja's filters."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

__all__ = ["FILTERS", "show_date", "show_moment", "show_money", "show_number"]

_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def show_money(amount: str | None, currency: str | None) -> str:
    """An amount with its currency: "1,054.00 USD". The decimals are those that it came with."""
    if amount is None:
        return ""
    try:
        return f"{Decimal(amount):,f} {currency or ''}".strip()
    except InvalidOperation:
        return f"{amount} {currency or ''}".strip()


def show_number(number: int | None) -> str:
    """A whole number; only from 10,000 on with commas, since a year has none."""
    if number is None:
        return ""
    return str(number) if abs(number) < 10_000 else f"{number:,}"


def show_date(day: str | None) -> str:
    """An ISO date as "31 Jan 2026"."""
    if not day:
        return ""
    read = date.fromisoformat(day)
    return f"{read.day} {_MONTHS[read.month]} {read.year}"


def show_moment(moment: str | None) -> str:
    """An RFC 3339 time in UTC as "31 Jan 2026, 09:00 UTC"."""
    if not moment:
        return ""
    read = datetime.fromisoformat(moment)
    return f"{read.day} {_MONTHS[read.month]} {read.year}, {read:%H:%M} UTC"


FILTERS = {"money": show_money, "number": show_number, "date": show_date, "moment": show_moment}
"""Name in templates -> function."""
