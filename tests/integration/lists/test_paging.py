"""Pages put together are the whole list in order, for every order, role and size of page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from services.records.listing import Query, count_records, list_records
from services.records.table import Table
from services.registry import TABLES
from tests.integration.lists.expected import all_pages, in_order
from tests.support.world import Api, World

Records = Mapping[str, Mapping[str, list[dict[str, Any]]]]
SORTS = [(t, f"{sign}{name}") for t in TABLES.values() for name in t.sortable for sign in ("", "-")]


@pytest.mark.parametrize("who", ["ada", "mia", "sam", "vic"])
@pytest.mark.parametrize(("table", "sort"), SORTS, ids=[f"{t.name} {s}" for t, s in SORTS])
def test_pages_put_together_are_the_whole_list_in_order(
    table: Table, sort: str, who: str, full_world: World, records: Records
) -> None:
    everything = records[who][table.name]
    assert everything or table.name == "contacts"
    for limit in (7, 200):
        found = all_pages(full_world.caller(who), table, sort=sort, limit=limit)
        assert found == in_order(table, everything, sort)


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("sort", ["revenue", "-revenue"])
def test_the_smallest_pages_lose_nothing_where_values_end(
    sort: str, limit: int, full_world: World, records: Records
) -> None:
    wanted = [r for r in in_order(TABLES["customers"], records["sam"]["customers"], sort) if r["size"] == 10]
    found = all_pages(full_world.caller("sam"), TABLES["customers"], sort=sort, limit=limit, filters=["size[eq]=10"])
    assert found == wanted
    assert {record["revenue"] is None for record in found} == {True, False}


def test_the_first_order_of_a_table_is_the_usual_one(full_world: World, records: Records) -> None:
    for name, table in TABLES.items():
        found = all_pages(full_world.caller("ada"), table)
        assert found == in_order(table, records["ada"][name], table.sort[0])


def test_the_last_page_has_no_cursor_even_when_it_is_full(world: World, full_world: World, records: Records) -> None:
    total = len(records["ada"]["sectors"])
    page = list_records(world.caller("ada"), TABLES["sectors"], Query.parse(TABLES["sectors"], limit=total))
    assert (len(page.items), page.next) == (total, None)


@pytest.mark.parametrize("who", ["ada", "mia", "sam", "vic"])
def test_the_count_is_that_of_all_pages(who: str, full_world: World, records: Records) -> None:
    for name, table in TABLES.items():
        assert count_records(full_world.caller(who), table, Query.parse(table)) == len(records[who][name])


def test_chosen_fields_come_in_the_order_asked_for_and_once(customers_api: Api, full_world: World) -> None:
    for fields in ("revenue", "company,revenue", "revenue,company,company", "id", "notes"):
        query = {"fields": fields, "sort": "-company", "limit": 3}
        answer = customers_api.call("sam", "GET", "/v1/customers", query_string=query)
        assert answer.status_code == 200, answer.text
        for item in answer.get_json()["items"]:
            assert list(item) == list(dict.fromkeys(fields.split(",")))


def test_a_cursor_goes_with_other_fields_and_limits_but_not_with_another_order(
    customers_api: Api, full_world: World
) -> None:
    first = customers_api.call("ada", "GET", "/v1/customers?sort=company&limit=2").get_json()
    both = customers_api.call("ada", "GET", "/v1/customers?sort=company&limit=4&fields=id").get_json()
    query = {"sort": "company", "limit": "2", "fields": "id", "cursor": first["next"]}
    rest = customers_api.call("ada", "GET", "/v1/customers", query_string=query).get_json()
    assert [{"id": r["id"]} for r in first["items"]] + rest["items"] == both["items"]
    answer = customers_api.call("ada", "GET", "/v1/customers", query_string=query | {"sort": "-company"})
    assert answer.status_code == 400
