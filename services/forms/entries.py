"""Entries of the change log as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from services.forms.shown import Shown, show_field
from services.forms.titles import Titles, find_titles
from services.forms.visitor import Visitor
from services.records.changes import list_history
from services.records.fields import Link, Money
from services.records.table import Table
from services.registry import TABLES
from services.shared.errors import NotFound

__all__ = ["DOORS", "Difference", "Entry", "make_entries", "name_person"]

MOST_LOOKED_UP = 20
"""Deleted records of a page whose names are looked up one by one."""
DOORS = {
    "forms": "in the forms",
    "rest": "through the API",
    "import": "by an import",
    "honeycode": "through the Honeycode protocol",
    "sql": "by SQL",
}
OPERATIONS = {
    "created": "Created",
    "updated": "Changed",
    "deleted": "Deleted",
    "restored": "Restored",
    "erased": "Erased",
    "gone": "Left your view",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field before and after."""

    label: str
    before: Shown
    after: Shown


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one record. derived: it followed from another change by itself."""

    what: str
    singular: str
    title: str
    url: str
    who: str
    door: str
    at: str
    change_set: str
    is_new: bool
    is_undo: bool
    derived: bool
    differences: list[Difference]


def name_person(titles: Titles, person_id: str | None) -> str:
    """Who did it, in words."""
    return titles.get("people", {}).get(person_id or "", "Somebody")


def make_entries(visitor: Visitor, entries: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Entries as list_history and get_change_set give them."""
    known = [e for e in entries if e["table"] in TABLES and "changes" in e]
    wanted = [(e["table"], e["id"]) for e in known]
    wanted += [("people", e["person_id"]) for e in known if e["person_id"]]
    wanted += [link for e in known for link in _links(TABLES[e["table"]], e["changes"])]
    titles = find_titles(visitor.caller, wanted)
    lost = [(e["table"], e["id"]) for e in known if e["id"] not in titles.get(e["table"], {})]
    names = {record_id: _find_last_title(visitor, table, record_id) for table, record_id in lost[:MOST_LOOKED_UP]}
    return [_entry(e, TABLES[e["table"]], titles, names.get(e["id"])) for e in known]


def _find_last_title(visitor: Visitor, table_name: str, record_id: str) -> str | None:
    """What a deleted record was called last, by its history."""
    table = TABLES[table_name]
    try:
        rows, _ = list_history(visitor.caller, table, record_id, None, 100)
    except NotFound:
        return None
    found = (row.get("changes", {}).get(table.title_field, {}).get("after") for row in rows)
    return next((str(title) for title in found if title), None)


def _links(table: Table, changes: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for name, change in changes.items():
        field = table.fields[name]
        if isinstance(field, Link):
            yield from ((field.to, side) for side in change.values() if side is not None)


def _entry(entry: Mapping[str, Any], table: Table, titles: Titles, last_title: str | None) -> Entry:
    return Entry(
        what=OPERATIONS[entry["operation"]],
        singular=table.singular,
        title=_title(entry, table, titles) or last_title or f"{table.singular} {entry['id'][-6:]}",
        url=url_for("record", table=table.name, record_id=entry["id"]),
        who=name_person(titles, entry["person_id"]),
        door=DOORS.get(entry["door"], entry["door"]),
        at=entry["at"],
        change_set=entry["change_set"],
        is_new=entry["operation"] == "created",
        is_undo=entry["undoes"] is not None,
        derived=entry["derived"],
        differences=_differences(table, entry["changes"], titles),
    )


def _title(entry: Mapping[str, Any], table: Table, titles: Titles) -> str:
    known = titles.get(table.name, {}).get(entry["id"])
    change = entry["changes"].get(table.title_field, {})
    return str(known or change.get("after") or change.get("before") or "")


def _differences(table: Table, changes: Mapping[str, Mapping[str, Any]], titles: Titles) -> list[Difference]:
    sides = {side: {n: change[side] for n, change in changes.items()} for side in ("before", "after")}
    currencies = {f.currency_field for n, f in table.fields.items() if isinstance(f, Money) and n in changes}
    return [
        Difference(
            table.fields[name].label,
            show_field(table, name, sides["before"], titles),
            show_field(table, name, sides["after"], titles),
        )
        for name in changes
        if name not in currencies or len(changes) == 1
    ]
