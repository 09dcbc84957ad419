"""Pages deep in a list against pages at its head, for each order."""

from __future__ import annotations

import itertools

from services.customers.tables import TABLES
from services.records.paging import Position, encode_cursor, parse_order
from tests.bench.events import list_event
from tests.bench.measure import Pairs, Side, compare
from tests.bench.server import Server
from tests.bench.stack import make_real_handler

__all__ = ["measure_depth"]

HEAD = 10
_RFC3339 = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"


def measure_depth(server: Server, depth: int, pairs: int) -> dict[str, Pairs]:
    """Order -> what a page at a depth costs in pages at depth 10, as the admin."""
    handler = make_real_handler(server.url())
    results = {}
    for field in TABLES[0].sortable:
        for sign in (field, f"-{field}"):
            deep, head = (
                Side(handler, itertools.repeat(list_event("admin", _query(server, sign, at))), 200)
                for at in (depth, HEAD)
            )
            results[sign] = compare(server, deep, head, pairs=pairs, calls=20)
    return results


def _query(server: Server, sign: str, depth: int) -> dict[str, str]:
    order = parse_order(TABLES[0], sign)
    way = "DESC" if order.descending else "ASC"
    value = _RFC3339.format(order.field) if order.field == "created_at" else f"{order.field}::text"
    rows = server.sql(
        f"SELECT {value}, id::text FROM customers WHERE deleted_at IS NULL"
        f" ORDER BY {order.field} {way} NULLS LAST, id {way} OFFSET {depth - 1} LIMIT 1"
    )
    return {"limit": "50", "sort": sign, "cursor": encode_cursor(order, Position(*rows[0]))}
