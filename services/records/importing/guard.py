"""The apostrophe that keeps a spreadsheet from taking a text for a formula: put before it, and taken away again."""

from __future__ import annotations

import re

__all__ = ["guard", "unguard"]

# Also in full width, which Excel takes for the same in East Asia, and what a spreadsheet skips before a formula.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_GUARDED = re.compile("'+[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def guard(text: str) -> str:
    """A text that no spreadsheet runs. One that looks guarded gets another apostrophe, so that all come back."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(text: str) -> str:
    """What guard was given."""
    return text[1:] if _GUARDED.match(text) else text
