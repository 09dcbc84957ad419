"""Cursors: what is encoded comes back, and nothing else is taken for one."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.records.paging import Order, Position, decode_cursor, encode_cursor, parse_order
from services.registry import TABLES
from services.shared.errors import BadRequest, Invalid

CUSTOMERS, OPPORTUNITIES = TABLES["customers"], TABLES["opportunities"]
kept_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200)


@given(value=kept_text, record=st.uuids(), descending=st.booleans())
def test_a_cursor_comes_back_as_the_position_that_it_was(value: str, record: Any, descending: bool) -> None:
    order = Order("company", descending)
    position = Position(value, str(record))
    assert decode_cursor(CUSTOMERS, order, encode_cursor(order, position)) == position


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("revenue", "12.500"),
        ("-revenue", None),
        ("created_at", "2026-01-31T09:00:00.5Z"),
        ("created_at", "2026-01-31T09:00:00.123456Z"),
        ("company", "  not trimmed\n"),
    ],
)
def test_a_cursor_holds_what_postgres_gave(sort: str, value: Any) -> None:
    order = parse_order(CUSTOMERS, sort)
    record = "0192f0c1-2222-7000-8000-000000000000"
    decoded = decode_cursor(CUSTOMERS, order, encode_cursor(order, Position(value, record)))
    assert decoded.id == record
    assert (decoded.value is None) == (value is None)


def test_a_choice_that_is_no_longer_one_still_pages_on() -> None:
    order = Order("stage", False)
    cursor = encode_cursor(order, Position("Abandoned", "0192f0c1-2222-7000-8000-000000000000"))
    assert decode_cursor(OPPORTUNITIES, order, cursor).value == "Abandoned"


@given(st.text())
def test_any_other_text_is_no_cursor(cursor: str) -> None:
    with pytest.raises(BadRequest):
        decode_cursor(CUSTOMERS, Order("company", False), cursor)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    )
)
def test_any_other_json_is_no_cursor(forged: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode()
    with pytest.raises(BadRequest):
        decode_cursor(CUSTOMERS, Order("company", False), cursor)


ID = "0192f0c1-2222-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("sort", "parts"),
    [
        ("company", ["company", None, ID]),  # no record is without one
        ("company", ["company", "x", None]),
        ("company", ["company", "x", ""]),
        ("company", ["company", "x", "x"]),
        ("company", ["company", "a\x00b", ID]),
        ("company", ["company", 7, ID]),
        ("company", ["-company", "x", ID]),
        ("company", ["revenue", "x", ID]),
        ("revenue", ["revenue", "NaN", ID]),
        ("revenue", ["revenue", "", ID]),
        ("revenue", ["revenue", [], ID]),
        ("created_at", ["created_at", "infinity", ID]),
        ("created_at", ["created_at", None, ID]),
    ],
)
def test_a_forged_cursor_is_refused(sort: str, parts: list[Any]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
    with pytest.raises(BadRequest):
        decode_cursor(CUSTOMERS, parse_order(CUSTOMERS, sort), cursor)


def test_a_cursor_longer_than_any_of_ours_is_not_even_read() -> None:
    with pytest.raises(BadRequest):
        decode_cursor(CUSTOMERS, Order("company", False), "A" * 4_001)


@pytest.mark.parametrize("sort", ["", "-", "--company", "notes", "company desc", "+company", "Company", "id"])
def test_only_sort_fields_order_a_list(sort: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_order(CUSTOMERS, sort)
    assert raised.value.errors[0]["field"] == "sort"


def test_without_a_sort_a_tables_first_order_counts() -> None:
    assert parse_order(CUSTOMERS, None) == Order("created_at", True)
    assert parse_order(CUSTOMERS, None).sign == "-created_at"
