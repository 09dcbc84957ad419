"""Rows as the wire has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from services.records.fields import Money
from services.records.table import Table
from services.shared.currencies import format_amount
from services.shared.database import Row

__all__ = ["renderer", "wire_values"]


@lru_cache(1_024)
def renderer(table: Table, names: tuple[str, ...]) -> Callable[[Row], dict[str, Any]]:
    """A function that makes a record of a row of these columns. An amount's currency must be among them."""
    amounts = [(name, f.currency_field) for name, f in table.fields.items() if isinstance(f, Money) and name in names]

    def render(row: Row) -> dict[str, Any]:
        record = dict(zip(names, row, strict=False))
        for name, currency in amounts:
            if record[name] is not None:
                # A record in the change log may be older than its currency's column.
                record[name] = format_amount(record[name], record.get(currency) or "")
        return record

    return render


def wire_values(table: Table, image: Mapping[str, Any]) -> dict[str, Any]:
    """The visible fields of a record's image in the change log."""
    names = tuple(name for name in table.fields if name in image)
    return renderer(table, names)(tuple(_log_value(image[name]) for name in names))


def _log_value(value: Any) -> Any:
    # jsonb writes timestamps as 2026-01-31T09:00:00.5+00:00
    return value.replace("+00:00", "Z") if isinstance(value, str) and value.endswith("+00:00") else value
