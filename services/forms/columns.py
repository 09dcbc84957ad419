"""Which fields a list shows, from the Table definition alone."""

from __future__ import annotations

from services.records.fields import Choice, Currency, Date, Link, LongText, Money
from services.records.table import Table

__all__ = ["list_columns"]

MOST = 6
_TELLING = (Choice, Link, Money, Date)


def list_columns(table: Table) -> tuple[str, ...]:
    """The title, what one sorts by, what tells most, what one searches in: in the definition's order, the owner last.

    Currencies are no columns of their own: they stand beside their amounts.
    """
    fields = {n: f for n, f in table.declared.items() if not isinstance(f, LongText | Currency)}
    telling = [n for n, f in fields.items() if isinstance(f, _TELLING)]
    wanted = dict.fromkeys((table.title_field, *table.sortable, *telling, *table.search, *fields))
    chosen = [n for n in wanted if n in fields][:MOST]
    owner = ["owner_id"] if "owner_id" in table.fields else []
    shown = [table.title_field, *(n for n in fields if n in chosen and n != table.title_field), *owner]
    return tuple(shown)
