"""What must hold within one opportunity."""

from collections.abc import Mapping
from typing import Any

from services.records.table import rule

__all__ = ["closed_after_engaged"]


@rule("closed_on", "engaged_on")
def closed_after_engaged(record: Mapping[str, Any]) -> str | None:
    """An opportunity is not closed before it was engaged."""
    engaged, closed = record.get("engaged_on"), record.get("closed_on")
    # Both are ISO dates of four-digit years, whose order as text is their order in time.
    return "This is before the day of engagement." if engaged and closed and closed < engaged else None
