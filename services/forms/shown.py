"""Values as pages show them: what kind, what text, where a link goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from services.forms.titles import Titles
from services.records.fields import (
    Boolean,
    Date,
    Email,
    Integer,
    Link,
    LongText,
    Money,
    Phone,
    RecordField,
    Timestamp,
    Website,
)
from services.records.table import Table

__all__ = ["Shown", "show_field", "show_record"]

_KINDS: tuple[tuple[type[RecordField], str], ...] = (
    (Money, "money"),
    (Integer, "number"),
    (Date, "date"),
    (Timestamp, "moment"),
    (Boolean, "flag"),
    (LongText, "lines"),
)
HIDDEN = "Not visible to you"


@dataclass(frozen=True, slots=True)
class Shown:
    """One value. kind: text, hidden, money, number, date, moment, flag, lines or link (with an href)."""

    name: str
    label: str
    kind: str
    value: Any
    href: str | None = None
    currency: str | None = None


def show_field(table: Table, name: str, record: Mapping[str, Any], titles: Titles) -> Shown:
    """A record's field. `titles` must have those of its links."""
    field = table.fields[name]
    value = record.get(name)
    kind = next((kind for cls, kind in _KINDS if isinstance(field, cls)), "text")
    if value is None:
        return Shown(name, field.label, kind, None)
    if isinstance(field, Link) and name != "id":
        return _link(name, field, str(value), titles)
    href = _address(field, str(value))
    if href is not None:
        return Shown(name, field.label, "link", value, href)
    currency = record.get(field.currency_field) if isinstance(field, Money) else None
    return Shown(name, field.label, kind, value, currency=currency)


def _link(name: str, field: Link, value: str, titles: Titles) -> Shown:
    title = titles.get(field.to, {}).get(value)
    if title is None:
        return Shown(name, field.label, "hidden", HIDDEN)
    href = url_for("record", table=field.to, record_id=value)
    return Shown(name, field.label, "link", title, href)


def _address(field: RecordField, value: str) -> str | None:
    if isinstance(field, Email):
        return f"mailto:{value}"
    if isinstance(field, Phone):
        return f"tel:{''.join(c for c in value if c in '+0123456789')}"
    if isinstance(field, Website):
        return value if value.lower().startswith(("http://", "https://")) else f"https://{value}"
    return None


def show_record(table: Table, record: Mapping[str, Any], titles: Titles, names: tuple[str, ...]) -> list[Shown]:
    """Some fields of a record, without the currencies that stand beside their amounts."""
    currencies = {f.currency_field for f in table.fields.values() if isinstance(f, Money)}
    return [show_field(table, name, record, titles) for name in names if name not in currencies]
