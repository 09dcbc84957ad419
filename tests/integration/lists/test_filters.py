"""Every operator of every field gives what Python finds, and no value makes one fail."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.records.fields import (
    Boolean,
    Choice,
    Currency,
    Date,
    Email,
    Integer,
    Link,
    LongText,
    Money,
    Phone,
    RecordField,
    Text,
    Timestamp,
    Website,
)
from services.records.listing import Query, count_records
from services.records.table import Table
from services.registry import TABLES
from services.shared.errors import SkepError
from tests.integration.lists.expected import all_pages, matches
from tests.support.world import Api, World

Records = Mapping[str, Mapping[str, list[dict[str, Any]]]]
FIELDS = [(TABLES[t], n, f) for t in ("customers", "opportunities") for n, f in TABLES[t].fields.items()]

CANDIDATES: dict[type[RecordField], tuple[str, ...]] = {
    Boolean: ("true", "false"),
    Currency: ("USD", "EUR", "usd"),
    Date: ("0001-01-01", "2026-02-28", "2026-02-29", "9999-12-31"),
    Email: ("who3@example.com", "who", "EXAMPLE"),
    Integer: ("0", "10", "-1", "2147483647", " 10 ", "1999"),
    Link: ("00000000-0000-7000-8000-000000000000",),
    LongText: ("line", "%", "_", "\\", "TWO"),
    Money: ("0", "12.5", "12.500", "-5", "99999999999.99", "0.01"),
    Phone: ("+1 415 555 0123", "415"),
    Text: ("Acme 001", "acme", "%", "_", "\\", "a,b", '"quoted"', "שלום", "🐝", "zoë", "ä", "Same name", "Deal 1"),
    Choice: ("Retail", "Won", "Italy", "o"),
    Timestamp: ("2026-01-01T00:00:00.5Z", "2026-01-01T01:00:00.5+01:00", "2026-01-01", "2020-01-01T00:00:00Z"),
    Website: ("https://example.com",),
}


def _values(field: RecordField, name: str, records: list[dict[str, Any]]) -> list[str]:
    seen = dict.fromkeys(
        str(r[name]).lower() if isinstance(r[name], bool) else str(r[name]) for r in records if r[name] is not None
    )
    return [*CANDIDATES[type(field)], *list(seen)[:8]]


def _readable(table: Table, field_name: str, operator: str, value: str) -> bool:
    """Whether the value is one that the field takes; what it refuses is for the tests of bad input."""
    try:
        Query.parse(table, filters=[f"{field_name}[{operator}]={value}"])
    except SkepError:
        return False
    return True


@pytest.mark.parametrize("who", ["ada", "sam"])
@pytest.mark.parametrize(("table", "name", "field"), FIELDS, ids=[f"{t.name}.{n}" for t, n, _ in FIELDS])
def test_each_operator_finds_what_python_finds(
    table: Table, name: str, field: RecordField, who: str, full_world: World, records: Records
) -> None:
    everything, caller, tried = records[who][table.name], full_world.caller(who), 0
    for operator in sorted(field.operators):
        values = ["true", "false"] if operator == "is_null" else _values(field, name, everything)
        for value in values:
            if operator != "in" and not _readable(table, name, operator, value):
                continue
            given_value = _line([value, *values[:2]]) if operator == "in" else value
            if not _readable(table, name, operator, given_value):
                continue
            found = all_pages(caller, table, filters=[f"{name}[{operator}]={given_value}"], limit=200, fields=["id"])
            wanted = {r["id"] for r in everything if _expects(table, field, r, name, operator, given_value)}
            assert {record["id"] for record in found} == wanted, (operator, given_value)
            tried += 1
    assert tried >= len(field.operators)


def _expects(table: Table, field: RecordField, record: dict[str, Any], name: str, operator: str, value: str) -> bool:
    if isinstance(field, Currency):
        value = value if operator in ("contains", "starts", "is_null") else value.upper()
    if operator == "in":
        values = [str(field.read(v)) for v in next(csv.reader([value]))] if not isinstance(field, Boolean) else [value]
        return matches(table, record, name, operator, _line(values))
    if operator not in ("is_null", "contains", "starts"):
        value = str(field.read(value)).lower() if isinstance(field, Boolean) else str(field.read(value))
    return matches(table, record, name, operator, value)


def _line(values: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()


@pytest.mark.parametrize(
    "words", ["acme", "ACME 0", "zoë", "100%", "_", "\\", "who3", "example.com", "  bee ", "שלום", "a,b"]
)
@pytest.mark.parametrize("who", ["ada", "mia", "sam", "vic"])
def test_search_looks_in_every_search_field_whatever_the_case(
    words: str, who: str, full_world: World, records: Records
) -> None:
    table = TABLES["customers"]
    wanted = {
        r["id"]
        for r in records[who]["customers"]
        if any(matches(table, r, field, "contains", words) for field in table.search)
    }
    query = {"q": words, "limit": 200}
    assert {r["id"] for r in all_pages(full_world.caller(who), table, **query)} == wanted
    assert count_records(full_world.caller(who), table, Query.parse(table, **query)) == len(wanted)  # type: ignore[arg-type]


def test_blank_words_search_for_nothing(full_world: World, records: Records) -> None:
    found = all_pages(full_world.caller("ada"), TABLES["customers"], q="   ", limit=200)
    assert len(found) == len(records["ada"]["customers"])


def test_filters_are_all_met(customers_api: Api, full_world: World, records: Records) -> None:
    filters = [
        "sector[eq]=Retail",
        "revenue[is_null]=false",
        "revenue[gt]=0",
        "revenue[le]=12.5",
        "company[contains]=a",
    ]
    answer = customers_api.call(
        "ada", "GET", "/v1/customers", query_string={"filter": filters, "limit": 200, "q": "acme", "count": "true"}
    )
    table = TABLES["customers"]
    wanted = [
        r
        for r in records["ada"]["customers"]
        if r["sector"] == "Retail"
        and all(matches(table, r, f, o, v) for f, o, v in (("revenue", "gt", "0"), ("revenue", "le", "12.5")))
        and any(matches(table, r, f, "contains", "acme") for f in table.search)
    ]
    assert {r["id"] for r in answer.get_json()["items"]} == {r["id"] for r in wanted}
    assert answer.get_json()["count"] == len(wanted)


@given(
    operator=st.sampled_from(["eq", "ne", "in", "is_null", "lt", "le", "gt", "ge", "contains", "starts"]),
    value=st.text(max_size=30)
    | st.sampled_from(["NaN", "Infinity", "-Infinity", "1e5", "0x10", "infinity", "today", "now"]),
    place=st.integers(0, len(FIELDS) - 1),
)
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_value_makes_an_operator_fail(operator: str, value: str, place: int, full_world: World) -> None:
    table, name, _ = FIELDS[place]
    try:
        query = Query.parse(table, filters=[f"{name}[{operator}]={value}"])
    except SkepError as error:
        assert error.status in (400, 422)  # noqa: PT017 - what is not refused is run
        return
    count_records(full_world.caller("sam"), table, query)


@given(value=st.text(max_size=250))
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_words_make_a_search_fail(value: str, full_world: World) -> None:
    table = TABLES["opportunities"]
    try:
        query = Query.parse(table, q=value)
    except SkepError as error:
        assert error.status == 422  # noqa: PT017
        return
    count_records(full_world.caller("sam"), table, query)
