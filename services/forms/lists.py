"""A table's list: search, order, filters by address, pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from services.forms.columns import list_columns
from services.forms.conditions import Chip, describe_filters
from services.forms.pages import find_table, show_page
from services.forms.rights import may_create
from services.forms.shown import Shown, show_record
from services.forms.titles import find_linked_titles, title_of
from services.forms.visitor import Visitor, get_visitor
from services.records.fields import Money
from services.records.listing import Page, Query, count_records, list_records
from services.records.paging import Order
from services.records.rest.http import check_parameters, parameter
from services.records.table import Table

__all__ = ["show_list"]

PAGE = 50
MAX_TRAIL = 20
_FIRST = "-"


@dataclass(frozen=True, slots=True)
class Header:
    """A column's head. url: the list in the order of this column; order: ascending, descending or none."""

    name: str
    label: str
    kind: str
    url: str | None
    order: str


@dataclass(frozen=True, slots=True)
class Line:
    """A record in the list."""

    title: str
    url: str
    cells: list[Shown]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, apart from the page."""

    table: Table
    q: str
    sort: str | None
    filters: tuple[str, ...]

    def url(self, **changes: str | Sequence[str] | None) -> str:
        """The address of this list with some of it changed, from its first page."""
        values: dict[str, Any] = {"q": self.q or None, "sort": self.sort, "filter": list(self.filters), **changes}
        return url_for("records", table=self.table.name, **values)


def show_list(table: str) -> Response:
    """200; 400, 401, 404, 422."""
    check_parameters(("q", "sort", "cursor", "trail", "filter", "done", "receipt"))
    visitor = get_visitor()
    known = find_table(table)
    asked = Asked(known, parameter("q") or "", parameter("sort"), tuple(request.args.getlist("filter")))
    cursor = parameter("cursor")
    columns = list_columns(known)
    query = Query.parse(
        known,
        filters=asked.filters,
        q=asked.q,
        sort=asked.sort,
        cursor=cursor,
        limit=PAGE,
        fields=_fields(known, columns),
    )
    page = list_records(visitor.caller, known, query)
    return show_page(
        "list",
        visitor,
        table=known,
        q=asked.q,
        sort=asked.sort,
        chips=_chips(visitor, asked),
        headers=[_header(asked, query.order, name) for name in columns],
        lines=_lines(visitor, known, page, columns),
        count=count_records(visitor.caller, known, query),
        is_first=cursor is None,
        may_create=may_create(visitor, known),
        plain_url=url_for("records", table=known.name),
        **_pager(asked, page, cursor),
    )


def _fields(table: Table, columns: tuple[str, ...]) -> tuple[str, ...]:
    shown = [table.fields[name] for name in columns]
    currencies = [field.currency_field for field in shown if isinstance(field, Money)]
    return tuple(dict.fromkeys(("id", table.title_field, *columns, *currencies)))


def _lines(visitor: Visitor, table: Table, page: Page, columns: tuple[str, ...]) -> list[Line]:
    titles = find_linked_titles(visitor.caller, table, page.items, columns)
    return [
        Line(
            title_of(table, record),
            url_for("record", table=table.name, record_id=record["id"]),
            show_record(table, record, titles, columns),
        )
        for record in page.items
    ]


def _header(asked: Asked, order: Order, name: str) -> Header:
    field = asked.table.fields[name]
    now = "none"
    if order.field == name:
        now = "descending" if order.descending else "ascending"
    url = None
    if name in asked.table.sortable:
        url = asked.url(sort=f"-{name}" if now == "ascending" else name)
    return Header(name, field.label, field.widget, url, now)


def _chips(visitor: Visitor, asked: Asked) -> list[Chip]:
    urls = [asked.url(filter=[f for f in asked.filters if f != given]) for given in asked.filters]
    return describe_filters(visitor.caller, asked.table, asked.filters, urls)


def _pager(asked: Asked, page: Page, cursor: str | None) -> dict[str, Any]:
    """Addresses of the first, the previous and the next page. A cursor only goes on, so the way back is kept in
    the address: the cursors of the pages before, a dot between."""
    trail = [c for c in (parameter("trail") or "").split(".") if c][-MAX_TRAIL:]
    following = previous = None
    if page.next is not None:
        following = asked.url(cursor=page.next, trail=".".join([*trail, cursor or _FIRST][-MAX_TRAIL:]))
    if cursor is not None and trail:
        last = trail[-1]
        back = None if last == _FIRST else last
        previous = asked.url(cursor=back, trail=".".join(trail[:-1]) or None)
    first = asked.url() if cursor is not None else None
    return {"first_url": first, "previous_url": previous, "next_url": following}
