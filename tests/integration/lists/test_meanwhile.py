"""Lists that change while they are read."""

from __future__ import annotations

from typing import Any

from services.records.listing import Query, list_records
from services.records.table import Table
from services.registry import TABLES
from tests.support.samples import Samples
from tests.support.world import Api, World


def test_what_is_added_and_deleted_meanwhile_shifts_no_page(world: World, samples: Samples) -> None:
    table, caller = TABLES["products"], world.caller("ada")
    before = [samples.insert(table, name=f"Product {number:02}") for number in range(40)]
    first = list_records(caller, table, Query.parse(table, sort="name", limit=10))
    added = [samples.insert(table, name=name) for name in ("AAA first", "Product zzz last")]
    samples.run("UPDATE products SET deleted_at = now() WHERE id IN (%s, %s, %s)", (before[0], before[9], before[20]))
    rest = all_pages_from(caller, table, first.next)
    assert [r["id"] for r in first.items] + rest == [*before[:20], *before[21:], added[1]]


def all_pages_from(caller: Any, table: Table, cursor: str | None) -> list[str]:
    """The ids of all pages after a cursor."""
    found = []
    while cursor is not None:
        page = list_records(caller, table, Query.parse(table, sort="name", limit=10, cursor=cursor))
        found += [record["id"] for record in page.items]
        cursor = page.next
    return found


def test_an_amount_is_shown_in_its_currency_even_when_that_is_not_asked_for(customers_api: Api) -> None:
    customers_api.made("sam", "/v1/customers", {"company": "Yen Ltd", "revenue": "1054", "currency": "JPY"})
    query = {"fields": "revenue", "filter": "company[eq]=Yen Ltd"}
    answer = customers_api.call("sam", "GET", "/v1/customers", query_string=query)
    assert answer.get_json()["items"] == [{"revenue": "1054"}]
