"""What must hold within one customer."""

from collections.abc import Mapping
from typing import Any

from services.records.table import rule

__all__ = ["parent_is_another_customer"]


@rule("parent_id", "id")
def parent_is_another_customer(record: Mapping[str, Any]) -> str | None:
    """A customer can't be its own parent company."""
    if record.get("parent_id") is not None and record.get("parent_id") == record.get("id"):
        return "A customer can't be its own parent company."
    return None
