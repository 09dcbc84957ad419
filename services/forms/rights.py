"""What a page offers to whom. It hides buttons that Postgres would refuse; the refusing is Postgres's alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.forms.visitor import Visitor
from services.records.table import Reference, Table

__all__ = ["is_taking", "may_change", "may_create"]


def may_create(visitor: Visitor, table: Table) -> bool:
    """Whether to offer a new record."""
    if isinstance(table.rights, Reference):
        return visitor.role == "admin"
    return visitor.role in ("admin", "manager", "sales")


def may_change(visitor: Visitor, table: Table, record: Mapping[str, Any]) -> bool:
    """Whether to offer a form for a record that the visitor sees."""
    if not may_create(visitor, table):
        return False
    return visitor.role != "sales" or record["owner_id"] in (None, visitor.person_id)


def is_taking(visitor: Visitor, table: Table, record: Mapping[str, Any]) -> bool:
    """Whether the visitor can only change this record by becoming its owner."""
    return visitor.role == "sales" and "owner_id" in table.writable and record["owner_id"] is None
