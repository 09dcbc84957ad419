"""What a filter compiles to: parameters only, never the words of the one who asks."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.records.filters import MAX_VALUES, Condition, like_pattern, parse_filter, search_condition
from services.records.sql import name, text
from services.records.table import RecordSchema, Reference, Table
from services.registry import TABLES
from services.shared.errors import Invalid

CUSTOMERS = TABLES["customers"]
OPERATORS = ["eq", "ne", "in", "is_null", "lt", "le", "gt", "ge", "contains", "starts"]
ONE = r"[a-z_]+ (= %s|IS DISTINCT FROM %s|<=? %s|>=? %s|ILIKE %s|IS NULL|IS NOT NULL|= ANY\(%s::[a-z]+\[\]\))"
SHAPE = re.compile(rf"{ONE}|\(search_text LIKE (lower\(%s\)|ANY\(%s\)) AND {ONE}\)")


@given(
    field=st.sampled_from(list(CUSTOMERS.fields)),
    operator=st.sampled_from(OPERATORS) | st.text(max_size=8),
    value=st.text(max_size=40) | st.sampled_from(["7", "USD", "ana@example.com", "true", "2026-01-31"]),
)
def test_whatever_is_asked_the_sql_has_only_our_own_words(field: str, operator: str, value: str) -> None:
    try:
        condition = parse_filter(CUSTOMERS, f"{field}[{operator}]={value}")
    except Invalid:
        return
    sql = text(condition.sql)
    assert SHAPE.fullmatch(sql)
    assert sql.count("%s") == len(condition.params)


@given(st.text())
def test_a_filter_of_any_text_is_read_or_refused(given_text: str) -> None:
    with suppress(Invalid):
        assert isinstance(parse_filter(CUSTOMERS, given_text), Condition)


@given(st.text(min_size=1), st.booleans())
def test_a_pattern_finds_just_its_words(words: str, anywhere: bool) -> None:
    pattern = like_pattern(words, anywhere=anywhere)
    assert pattern.endswith("%")
    assert pattern.startswith("%") == anywhere or words.startswith("%")
    inner = pattern[1:-1] if anywhere else pattern[:-1]
    assert re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL) == words
    assert not re.search(r"(?<!\\)(\\\\)*[%_]", inner)


@pytest.mark.parametrize(
    "given_text", ["company[eq]=", "company[in]=", "company[in]=,", "revenue[lt]=", "parent_id[eq]= "]
)
def test_a_filter_without_a_value_says_so(given_text: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_filter(CUSTOMERS, given_text)
    assert raised.value.errors[0]["field"] == given_text.partition("[")[0]


def test_values_of_in_are_read_as_a_line_of_csv() -> None:
    condition = parse_filter(CUSTOMERS, 'company[in]=Acme,"Smith, Jones","say ""hi"""')
    assert condition.params == (["Acme", "Smith, Jones", 'say "hi"'],)
    with pytest.raises(Invalid, match="fields"):
        parse_filter(CUSTOMERS, "size[in]=" + ",".join("1" * (MAX_VALUES + 1)))


def test_an_operator_that_a_field_has_not_got_is_answered_with_those_that_it_has() -> None:
    with pytest.raises(Invalid) as raised:
        parse_filter(CUSTOMERS, "shared[lt]=true")
    assert "It has eq, ne." in raised.value.errors[0]["message"]


def test_what_is_chosen_from_a_list_is_not_searched_by_parts() -> None:
    for field in ("sector", "currency"):
        for operator in ("contains", "starts"):
            with pytest.raises(Invalid):
                parse_filter(CUSTOMERS, f"{field}[{operator}]=x")


def test_a_search_looks_in_all_search_fields() -> None:
    condition = search_condition(CUSTOMERS, " a_b ")
    assert text(condition.sql) == "search_text LIKE lower(%s)"
    assert condition.params == ("%a\\_b%",)


@pytest.mark.parametrize("words", ["", "\x00", "x" * 201, "\ud800"])
def test_what_can_not_be_searched_for_names_q(words: str) -> None:
    with pytest.raises(Invalid) as raised:
        search_condition(CUSTOMERS, words)
    assert raised.value.errors[0]["field"] == "q"
    assert "contains" not in raised.value.errors[0]["message"]


def test_a_table_without_search_fields_can_not_be_searched() -> None:
    class BareSchema(RecordSchema):
        """Nothing of its own."""

    bare = Table("bare", BareSchema, label="Bare", singular="bare", rights=Reference(), title="id")
    with pytest.raises(Invalid):
        search_condition(bare, "x")


@given(st.text())
def test_an_identifier_is_one_of_ours_or_refused(identifier: str) -> None:
    try:
        assert text(name(identifier)) == identifier
        assert re.fullmatch("[a-z][a-z0-9_]*", identifier)
    except ValueError:
        assert not re.fullmatch("[a-z][a-z0-9_]{0,62}", identifier)
