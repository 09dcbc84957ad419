"""What each kind of field reads, and what it refuses."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

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
from services.records.fields.text import MARKS_IN_A_ROW
from services.records.fields.values import INTEGER_LIMIT, MONEY_LIMIT

ANYTHING: list[RecordField] = [
    Boolean(label="L"),
    Choice(label="L", options=("a", "b")),
    Currency(label="L"),
    Date(label="L"),
    Email(label="L"),
    Integer(label="L"),
    Link(label="L", to="customers"),
    LongText(label="L"),
    Money(label="L"),
    Phone(label="L"),
    Text(label="L"),
    Timestamp(label="L"),
    Website(label="L"),
]
date_min, date_max = datetime.fromisoformat("0002-01-01"), datetime.fromisoformat("9998-12-31")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(value=json_values)
@pytest.mark.parametrize("field", ANYTHING, ids=lambda f: type(f).__name__)
def test_a_field_reads_a_value_or_refuses_it_with_a_sentence(field: RecordField, value: Any) -> None:
    read, refusal = _read(field, value)
    if refusal is not None:
        assert refusal.endswith(".")
    elif read is not None:
        assert field.read(_as_json(read)) == read  # what was read reads the same


def _read(field: RecordField, value: Any) -> tuple[Any, str | None]:
    """What a field reads, or the sentence with which it refuses."""
    try:
        return field.read(value), None
    except ValidationError as error:
        return None, str(error.messages[0])


def _as_json(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_text_is_trimmed_and_normalized(value: str) -> None:
    try:
        read = Text(label="L", max_length=1_000).read(value)
    except ValidationError:
        assert sum(1 for c in value if unicodedata.combining(c)) > MARKS_IN_A_ROW
        return
    assert read == (unicodedata.normalize("NFC", value.strip()) or None)


@pytest.mark.parametrize(
    "value", ["a\x00b", "a\nb", "a\tb", "a\x7fb", "a\x1bb", "\ud800", "a\udfffb", 7, None, True, b"a", []]
)
def test_text_refuses_what_is_no_line_of_text(value: Any) -> None:
    with pytest.raises(ValidationError):
        Text(label="L").read(value)


def test_long_text_keeps_its_lines_and_makes_them_alike() -> None:
    assert LongText(label="L").read("a\r\nb\n\tc") == "a\nb\n\tc"
    with pytest.raises(ValidationError):
        LongText(label="L").read("a\rb")


def test_text_counts_characters_as_they_are_kept() -> None:
    field = Text(label="L", max_length=5)
    assert field.read("e\u0301" * 5) == "é" * 5
    assert field.read("🐝" * 5) == "🐝" * 5
    for value in ("abcdef", "🐝" * 6, "x" * 1_000_000):
        with pytest.raises(ValidationError, match="5 are allowed"):
            field.read(value)


def test_marks_that_would_take_minutes_to_sort_are_refused_at_once() -> None:
    field = LongText(label="L")
    assert field.read("a" + "\u0301" * MARKS_IN_A_ROW)
    with pytest.raises(ValidationError, match="accents"):
        field.read("a" + "\u0301" * 20_000 + "\u0316" * 20_000)


def test_an_empty_text_is_no_value() -> None:
    assert Text(label="L").read("  \u2003 ") is None
    with pytest.raises(ValidationError, match="required"):
        Text(label="L", required=True).read("  ")


@pytest.mark.parametrize("value", ["ana@example.com", "o'brien+x@sub.example.co", "用户@例子.广告"])
def test_an_address_is_an_email(value: str) -> None:
    assert Email(label="L").read(value) == value


@pytest.mark.parametrize(
    "value", ["ana", "ana@", "@example.com", "a@b", "a b@c.d", "a@b..c", "a@b.c, d@e.f", "<a@b.c>"]
)
def test_no_address_is_no_email(value: str) -> None:
    with pytest.raises(ValidationError):
        Email(label="L").read(value)


@pytest.mark.parametrize("value", ["+1 415 555 0123", "(020) 7946-0958", "112", "555-0100 ext. 7", "030/1234567"])
def test_a_number_is_a_telephone_number(value: str) -> None:
    assert Phone(label="L").read(value) == value


@pytest.mark.parametrize("value", ["12", "call me", "+", "1" * 60, "+1 415 CALL"])
def test_no_number_is_no_telephone_number(value: str) -> None:
    with pytest.raises(ValidationError):
        Phone(label="L").read(value)


@pytest.mark.parametrize(
    "value", ["example.com", "https://example.com/a?b=c#d", "HTTP://sub.example.com:8080", "例子.广告"]
)
def test_an_address_is_a_web_site(value: str) -> None:
    assert Website(label="L").read(value) == value


@pytest.mark.parametrize(
    "value", ["example", "javascript:alert(1)", "https://", "a b.c", "http://a@b.c", "//a.b", "a..b"]
)
def test_no_address_is_no_web_site(value: str) -> None:
    with pytest.raises(ValidationError):
        Website(label="L").read(value)


@given(st.integers(-INTEGER_LIMIT, INTEGER_LIMIT))
def test_a_whole_number_reads_however_it_is_written(number: int) -> None:
    field = Integer(label="L")
    for written in (number, str(number), f" {number} ", Decimal(number), Decimal(f"{number}.00")):
        assert field.read(written) == number


@pytest.mark.parametrize(
    "value",
    [1.5, "1.5", Decimal("0.5"), True, "x", "1e3", "٣", "1_000", [1], {}, 2**31, "9" * 16, Decimal("1e999999999")],
)
def test_what_is_no_whole_number_within_bounds_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        Integer(label="L").read(value)


@given(st.decimals(-MONEY_LIMIT, MONEY_LIMIT, places=3))
def test_an_amount_reads_exactly(amount: Decimal) -> None:
    field = Money(label="L")
    for written in (amount, f"{amount:f}", f" {amount:f} "):
        assert field.read(written) == amount
    if amount == int(amount):
        assert field.read(int(amount)) == amount


@pytest.mark.parametrize(
    "value",
    ["1,000", "1e3", "NaN", "-", ".5", "1.", "0.0001", 1.5, True, Decimal("NaN"), Decimal("Infinity"), "1" * 12, []],
)
def test_what_is_no_amount_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        Money(label="L").read(value)


@pytest.mark.parametrize("value", ["1e999999999", "-1e999999999", "0e999999999", "1e-999999999", "1e11", "1E+5"])
def test_an_amount_of_any_exponent_is_read_at_once_or_refused(value: str) -> None:
    try:
        read = Money(label="L").read(Decimal(value))
    except ValidationError:
        assert value != "0e999999999"
    else:
        assert "E" not in str(read)


def test_an_amount_below_the_least_is_refused() -> None:
    assert Money(label="L", minimum=Decimal(0)).read("-0") == 0
    with pytest.raises(ValidationError, match="between 0 and"):
        Money(label="L", minimum=Decimal(0)).read("-0.01")


@given(st.dates())
def test_a_day_reads_as_iso_writes_it(day: date) -> None:
    assert Date(label="L").read(f" {day.isoformat()} ") == day.isoformat()


@pytest.mark.parametrize(
    "value", ["2026-02-29", "0000-01-01", "99999-01-01", "2026-1-1", "01/02/2026", "20260101", "today", 20260101]
)
def test_what_is_no_day_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        Date(label="L").read(value)


@given(st.datetimes(date_min, date_max), st.integers(-23 * 60 - 59, 23 * 60 + 59))
def test_an_instant_reads_as_the_same_one_in_utc(local: datetime, minutes: int) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    read = Timestamp(label="L").read(moment.isoformat())
    assert datetime.fromisoformat(read) == moment
    assert datetime.fromisoformat(read).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T09:00:00",
        "0001-01-01T00:00:00Z",
        "2026-01-31T25:00:00Z",
        "now",
        "infinity",
        "2026-01-31T09:00:00+24:00",
        7,
    ],
)
def test_what_is_no_instant_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        Timestamp(label="L").read(value)


@given(st.uuids())
def test_an_id_reads_in_its_usual_form(record: uuid.UUID) -> None:
    assert Link(label="L", to="x").read(str(record).upper()) == str(record)
    for written in (record.hex, f"{{{record}}}", record.urn, str(record)[:-1]):
        with pytest.raises(ValidationError):
            Link(label="L", to="x").read(written)


@pytest.mark.parametrize("value", ["TRUE", "yes", "", 1, 0, None, [], {}])
def test_only_true_and_false_are_true_or_false(value: Any) -> None:
    with pytest.raises(ValidationError):
        Boolean(label="L").read(value)


def test_a_choice_is_one_of_its_options() -> None:
    assert Choice(label="L", options=("Won", "Lost")).read(" Won ") == "Won"
    with pytest.raises(ValidationError, match="one of Won, Lost"):
        Choice(label="L", options=("Won", "Lost")).read("won")


def test_a_currency_is_a_code_in_use() -> None:
    assert Currency(label="L").read("usd") == "USD"
    for value in ("XXX", "DEM", "", "US"):
        with pytest.raises(ValidationError):
            Currency(label="L").read(value)


@given(st.text())
def test_a_text_that_was_kept_comes_back_as_it_was(value: str) -> None:
    try:
        assert Text(label="L").read_kept(value) == value
    except ValidationError:
        assert "\x00" in value or not value.isprintable()


@pytest.mark.parametrize("field", ANYTHING, ids=lambda f: type(f).__name__)
def test_nothing_is_no_kept_value(field: RecordField) -> None:
    with pytest.raises(ValidationError):
        field.read_kept(None)


@pytest.mark.parametrize("field", ANYTHING, ids=lambda f: type(f).__name__)
def test_every_field_describes_its_values(field: RecordField) -> None:
    schema = field.json_schema()
    assert schema["type"] in ("string", "integer", "boolean")
    assert "eq" in field.operators or isinstance(field, LongText)
