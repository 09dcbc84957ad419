"""What a list should be, worked out in Python from all records: the other opinion that the engine is held against."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from services.records.fields import Boolean, Integer, Money, RecordField, Timestamp
from services.records.listing import Query, list_records
from services.records.table import Table
from services.shared.caller import Runner

Record = Mapping[str, Any]


def all_pages(run: Runner, table: Table, **wanted: Any) -> list[dict[str, Any]]:
    """The records of all pages, one after the other."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = list_records(run, table, Query.parse(table, cursor=cursor, **wanted))
        found += page.items
        if page.next is None:
            return found
        assert len(page.items) == wanted.get("limit", 50)
        cursor = page.next


def in_order(table: Table, records: Sequence[Record], sort: str) -> list[Record]:
    """The records sorted by a field, those without a value last, ids breaking ties in the same direction."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    comparable = value_of(table.fields[name])
    filled = [r for r in records if r[name] is not None]
    empty = [r for r in records if r[name] is None]
    filled.sort(key=lambda r: (comparable(r[name]), r["id"]), reverse=descending)
    empty.sort(key=lambda r: str(r["id"]), reverse=descending)
    return filled + empty


def value_of(field: RecordField) -> Callable[[Any], Any]:
    """Makes what the wire has comparable in Python as it is in Postgres."""
    if isinstance(field, Money):
        return Decimal
    if isinstance(field, Timestamp):
        return lambda text: datetime.fromisoformat(text).astimezone(UTC)
    if isinstance(field, Integer):
        return int
    if isinstance(field, Boolean):
        return lambda value: value in (True, "true")
    return str  # the database sorts text by code point, as Python does; dates and ids sort as text


def matches(table: Table, record: Record, field_name: str, operator: str, given: str) -> bool:
    """Whether a record is found by field[operator]=given."""
    has = record[field_name]
    if operator == "is_null":
        return (has is None) == (given == "true")
    comparable = value_of(table.fields[field_name])
    if operator == "ne":
        return has is None or comparable(has) != comparable(given)
    if has is None:
        return False
    if operator in ("contains", "starts"):
        words, text = given.strip().lower(), has.lower()
        return words in text if operator == "contains" else text.startswith(words)
    if operator == "in":
        return comparable(has) in [comparable(value) for value in next(csv.reader([given]))]
    value, other = comparable(has), comparable(given)
    answers = {
        "eq": value == other,
        "lt": value < other,
        "le": value <= other,
        "gt": value > other,
        "ge": value >= other,
    }
    return bool(answers[operator])
