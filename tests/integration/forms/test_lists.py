"""Lists: search, order, pages, filters by address."""

from __future__ import annotations

import pytest

from services.registry import TABLES
from tests.integration.forms.conftest import Visit
from tests.support.world import World


@pytest.fixture(scope="module", autouse=True)
def many_customers(world: World) -> None:
    """A hundred and twenty customers of sam's."""
    world.owner(
        "INSERT INTO customers (company, currency, owner_id, revenue) "
        "SELECT 'Company ' || lpad(n::text, 3, '0'), 'USD', %s, CASE WHEN n %% 2 = 0 THEN n END "
        "FROM generate_series(1, 120) n",
        (world.ids["sam"],),
    )


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_list(signed_in: Visit, table: str) -> None:
    page = signed_in("ada").get(f"/tables/{table}")
    assert page.status == 200
    assert TABLES[table].label in page.text


def test_pages_lead_on_and_back_without_losing_or_repeating_a_record(signed_in: Visit) -> None:
    sam = signed_in("sam")
    page = sam.get("/tables/customers?sort=company&q=Company")
    seen = []
    for _ in range(3):
        seen += [link for link in page.links if len(link.rpartition("/")[2]) == 36 and "/customers/" in link]
        onward = [given["href"] for tag, given in page.tags if tag == "a" and given.get("rel") == "next"]
        before, page = page, sam.get(onward[0]) if onward else page
    assert len(seen) == len(set(seen)) == 120
    assert not onward
    back = before.tag("a", rel="prev")["href"]
    assert "Company 051" in sam.get(back).text
    assert "Company 001" in sam.get(sam.get(back).tag("a", rel="prev")["href"]).text


def test_a_heading_sorts_and_turns_round(signed_in: Visit) -> None:
    sam = signed_in("sam")
    page = sam.get("/tables/customers?sort=company")
    assert page.tag("th", **{"aria-sort": "ascending"})
    assert "Company 001" in page.text
    link = next(link for link in page.links if link.endswith("sort=-company"))
    page = sam.get(link)
    assert page.tag("th", **{"aria-sort": "descending"})
    assert "Company 120" in page.text


def test_search_counts_what_it_finds_and_says_when_there_is_nothing(signed_in: Visit) -> None:
    sam = signed_in("sam")
    page = sam.get("/tables/customers?q=company+11")
    assert "Customers 10" in page.text
    assert page.form("/tables/customers").value("q") == "company 11"
    page = sam.get("/tables/customers?q=zzzz")
    assert "Nothing here matches" in page.text
    assert "/tables/customers" in page.links


def test_an_empty_list_says_what_to_do_next(signed_in: Visit) -> None:
    assert "Enter the first contact" in signed_in("sam").get("/tables/contacts").text
    assert "Ask an admin" in signed_in("vic").get("/tables/contacts").text


def test_filters_of_the_address_are_shown_and_can_be_taken_away(signed_in: Visit, world: World) -> None:
    sam = signed_in("sam")
    page = sam.get(f"/tables/customers?filter=owner_id[eq]={world.ids['sam']}&filter=company[starts]=Company 00")
    assert "Owner is sam" in page.text
    assert "Company starts with Company 00" in page.text
    assert "Customers 9" in page.text
    assert page.form("/tables/customers").value("filter")
    assert "Revenue is empty" in sam.get("/tables/customers?filter=revenue[is_null]=true").text


@pytest.mark.parametrize(
    "query",
    ["sort=notes", "cursor=zzz", "cursor=W10", "filter=x", "filter=size[gt]=a", "q=%00", "nonsense=1", "q=a&q=b"],
)
def test_a_list_that_can_not_be_is_explained(signed_in: Visit, query: str) -> None:
    page = signed_in("sam").get(f"/tables/customers?{query}")
    assert page.status in (400, 422)
    assert page.tag("h1") == {}


def test_what_one_must_not_see_is_in_no_list_count_or_search(signed_in: Visit) -> None:
    signed_in("sid").make("customers", company="Southern Secret")
    for path in ("/tables/customers?q=Southern", "/"):
        assert "Southern" not in signed_in("sam").get(path).text
    assert "Southern Secret" in signed_in("max").get("/tables/customers?q=Southern").text
    assert "Southern Secret" in signed_in("vic").get("/tables/customers?q=Southern").text
