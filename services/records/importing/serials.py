"""A workbook's numbers as a CSV would have them: dates by their format, and decimals as the program shows them."""

from __future__ import annotations

import math
from datetime import datetime, time
from decimal import Decimal

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

__all__ = ["as_date", "as_number", "is_date"]

SHOWN_DIGITS = 15
"""A workbook keeps binary fractions with 17 digits, 0.1 + 0.2 as 0.30000000000000004, and shows 15 of them."""
_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""The built-in formats that are dates and times, those of East Asia's among them."""


def is_date(number_format: int, codes: dict[int, str]) -> bool:
    """Whether cells of a format, of the workbook's own codes or a built-in one, are dates or times."""
    if number_format in codes:
        return bool(is_date_format(codes[number_format]))
    return number_format in _DATES or bool(is_date_format(BUILTIN_FORMATS.get(number_format)))


def as_number(text: str) -> str | None:
    """A number without exponent, and without .0; None for what is no number."""
    if text.isdecimal() and text.isascii() and len(text) <= SHOWN_DIGITS and (text[0] != "0" or text == "0"):
        return text
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    shown = f"{Decimal(f'{number:.{SHOWN_DIGITS}g}'):f}"
    return "0" if number == 0 else shown.rstrip("0").rstrip(".") if "." in shown else shown


def as_date(text: str, *, from_1904: bool) -> str | None:
    """A day's number as YYYY-MM-DD, with its time behind it if it has one; None for what is no day."""
    try:
        serial = float(text)
        if not 0 <= serial < 2_958_466:  # 9999-12-31
            return None
        found = from_excel(serial, CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900)
    except (ValueError, OverflowError):
        return None
    if isinstance(found, datetime):
        midnight = found.time() == time.min
        return found.date().isoformat() if midnight else found.replace(microsecond=0).isoformat(" ")
    return found.isoformat() if isinstance(found, time) else str(found)
