"""Lists: a page is a UNION ALL of one keyset page for each branch of the rights that the caller's role needs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from psycopg2.sql import SQL, Composable

from services.records.errors import translated
from services.records.fields import Money
from services.records.filters import MAX_FILTERS, Condition, parse_filter, search_condition
from services.records.paging import Order, Position, decode_cursor, encode_cursor, parse_order
from services.records.render import renderer
from services.records.sql import columns, name, text
from services.records.table import Table
from services.shared.caller import Runner
from services.shared.database import Row
from services.shared.errors import Invalid

__all__ = ["MAX_LIMIT", "Page", "Query", "count_records", "list_records"]

MAX_LIMIT = 200


class Page(NamedTuple):
    """Records as the wire has them, and the cursor of the next page."""

    items: list[dict[str, Any]]
    next: str | None


class Query(NamedTuple):
    """What to list. fields: names, all when None."""

    conditions: tuple[Condition, ...]
    order: Order
    position: Position | None
    limit: int
    fields: tuple[str, ...]

    @classmethod
    def parse(
        cls,
        table: Table,
        *,
        filters: Sequence[str] = (),
        q: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
        fields: Sequence[str] | None = None,
    ) -> Query:
        """The query that these parameters ask for. Raises Invalid or BadRequest."""
        if len(filters) > MAX_FILTERS:
            raise Invalid(errors=[{"field": "filter", "message": f"At most {MAX_FILTERS} filters are allowed."}])
        if not 1 <= limit <= MAX_LIMIT:
            raise Invalid(errors=[{"field": "limit", "message": f"This must be between 1 and {MAX_LIMIT}."}])
        for given in fields or ():
            if given not in table.fields:
                raise Invalid(errors=[{"field": "fields", "message": f"There is no field {given[:80]!r}."}])
        conditions = [parse_filter(table, f) for f in filters]
        if q is not None and q.strip():
            conditions.append(search_condition(table, q))
        order = parse_order(table, sort)
        position = decode_cursor(table, order, cursor) if cursor is not None else None
        return cls(tuple(conditions), order, position, limit, tuple(dict.fromkeys(fields or table.fields)))


def list_records(run: Runner, table: Table, query: Query) -> Page:
    """One page, in one round trip. Rows past the limit only tell that there is a next page."""
    wanted = _with_currencies(table, query.fields)
    extra = tuple(n for n in (query.order.field, "id") if n not in wanted)
    names = wanted + extra

    def build(role: str) -> tuple[str, Sequence[Any]]:
        parts = _page_parts(table, query, table.branches(role))
        statement = _page_statement(table, names, query.order, parts.shape)
        return statement, parts.params(query)

    with translated(table):
        rows = run.run_for_role(build)
    kept = rows[: query.limit]
    render = renderer(table, names)
    records = [render(row) for row in kept]
    cursor = _cursor(query, names, kept) if len(rows) > query.limit else None
    if set(names) != set(query.fields):
        records = [{n: record[n] for n in query.fields} for record in records]
    return Page(records, cursor)


def count_records(run: Runner, table: Table, query: Query) -> int:
    """How many records the query's conditions find, exactly."""

    def build(role: str) -> tuple[str, Sequence[Any]]:
        branches = table.branches(role)
        counts = [
            SQL("(SELECT count(*) FROM {}{})").format(name(f"{table.name}_{b}"), _where(query, [])) for b in branches
        ]
        params = [p for c in query.conditions for p in c.params]
        return text(SQL("SELECT ") + SQL(" + ").join(counts)), params * len(branches)

    with translated(table):
        return int(run.run_for_role(build)[0][0])


def _with_currencies(table: Table, fields: tuple[str, ...]) -> tuple[str, ...]:
    asked = (table.fields[n] for n in fields)
    needed = dict.fromkeys(f.currency_field for f in asked if isinstance(f, Money))
    return fields + tuple(c for c in needed if c not in fields)


def _cursor(query: Query, names: tuple[str, ...], kept: list[Row]) -> str:
    last = kept[-1]
    return encode_cursor(query.order, Position(last[names.index(query.order.field)], last[names.index("id")]))


class _Shape(NamedTuple):
    """What a page's statement depends on, so that it can be kept."""

    branches: tuple[str, ...]
    conditions: tuple[str, ...]
    segments: tuple[tuple[bool, bool], ...]  # (records with a value?, after a position?)


class _Parts(NamedTuple):
    shape: _Shape

    def params(self, query: Query) -> list[Any]:
        own = [p for c in query.conditions for p in c.params]
        values: list[Any] = []
        for _ in self.shape.branches:
            for with_value, after in self.shape.segments:
                values += own
                if after and query.position is not None:
                    values += [query.position.value, query.position.id] if with_value else [query.position.id]
                values.append(query.limit + 1)
        return [*values, query.limit + 1]


def _page_parts(table: Table, query: Query, branches: tuple[str, ...]) -> _Parts:
    nullable = table.fields[query.order.field].nullable
    position = query.position
    segments: list[tuple[bool, bool]] = []
    if position is None or position.value is not None:
        segments.append((True, position is not None))
    if nullable:
        segments.append((False, position is not None and position.value is None))
    return _Parts(_Shape(branches, tuple(text(c.sql) for c in query.conditions), tuple(segments)))


@lru_cache(1_024)
def _page_statement(table: Table, names: tuple[str, ...], order: Order, shape: _Shape) -> str:
    way = SQL("DESC" if order.descending else "ASC")
    nullable = len(shape.segments) > 1 or not shape.segments[0][0]
    pages = [
        SQL("(SELECT {} FROM {}{} ORDER BY {}id {} LIMIT %s)").format(
            columns(names),
            name(f"{table.name}_{branch}"),
            _segment_where(order, shape, with_value, after, nullable),
            SQL("{} {}, ").format(name(order.field), way) if with_value else SQL(""),
            way,
        )
        for branch in shape.branches
        for with_value, after in shape.segments
    ]
    return text(
        SQL("SELECT * FROM ({}) AS page ORDER BY {} {} NULLS LAST, id {} LIMIT %s").format(
            SQL(" UNION ALL ").join(pages), name(order.field), way, way
        )
    )


def _segment_where(order: Order, shape: _Shape, with_value: bool, after: bool, nullable: bool) -> Composable:
    field, past = name(order.field), SQL("<" if order.descending else ">")
    conditions: list[Composable] = [SQL(c) for c in shape.conditions]
    if not with_value:
        conditions.append(SQL("{} IS NULL").format(field))
        if after:
            conditions.append(SQL("id {} %s").format(past))
    else:
        if nullable and not after:
            conditions.append(SQL("{} IS NOT NULL").format(field))
        if after:
            conditions.append(SQL("({}, id) {} (%s, %s)").format(field, past))
    return SQL(" WHERE ") + SQL(" AND ").join(conditions) if conditions else SQL("")


def _where(query: Query, more: list[Composable]) -> Composable:
    conditions = [c.sql for c in query.conditions] + more
    return SQL(" WHERE ") + SQL(" AND ").join(conditions) if conditions else SQL("")
