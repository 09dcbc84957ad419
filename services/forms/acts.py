"""Acts: change sets in the list of them, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import url_for

from services.forms.entries import DOORS, make_entries, name_person
from services.forms.form_view import new_form_key
from services.forms.titles import find_titles
from services.forms.visitor import Visitor
from services.records.changes import get_change_set, list_change_sets
from services.registry import TABLES
from services.shared.errors import NotFound

__all__ = ["Act", "can_undo", "list_acts"]


@dataclass(frozen=True, slots=True)
class Act:
    """A change set in the list of them. key: the idempotency key of its undo."""

    id: str
    at: str
    who: str
    door: str
    what: str
    is_undo: bool
    is_undone: bool
    can_undo: bool
    url: str
    key: str


def list_acts(visitor: Visitor, limit: int, *, most: int, mine: bool = False) -> list[Act]:
    """Of the latest change sets that the visitor sees something of the newest, or the newest of the visitor's own."""
    rows = list_change_sets(visitor.caller, limit)
    rows = [row for row in rows if not mine or row["person_id"] == visitor.person_id][:most]
    names = _name_single(visitor, [row["id"] for row in rows if row["records"] == 1])
    people = find_titles(visitor.caller, [("people", r["person_id"]) for r in rows if r["person_id"]])
    return [
        Act(
            id=row["id"],
            at=row["at"],
            who=name_person(people, row["person_id"]),
            door=DOORS.get(row["door"], row["door"]),
            what=names.get(row["id"]) or _describe(row),
            is_undo=row["undoes"] is not None,
            is_undone=row["undone_by"] is not None,
            can_undo=can_undo(visitor, row) and row["records"] > 0,
            url=url_for("change_set", change_set=row["id"]),
            key=new_form_key(),
        )
        for row in rows
    ]


def can_undo(visitor: Visitor, change_set: Mapping[str, Any]) -> bool:
    """Whether to offer an undo."""
    return visitor.role != "viewer" and change_set["undone_by"] is None


def _describe(row: Mapping[str, Any]) -> str:
    if row["records"] == 0:
        return "Nothing that you see any more"
    labels = [TABLES[name].label.lower() for name in row["tables"] if name in TABLES]
    return f"{row['records']:,} {', '.join(labels) or 'records'}"


def _name_single(visitor: Visitor, change_sets: Iterable[str]) -> dict[str, str]:
    """Change sets of one record -> what was done to which."""
    found = []
    for change_set in change_sets:
        with suppress(NotFound):  # it has left the visitor's view since the list was read
            found += get_change_set(visitor.caller, TABLES, change_set, 1)["changes"]
    return {entry.change_set: f"{entry.what} {entry.title}" for entry in make_entries(visitor, found)}
