"""JSON is read strictly, exactly, and in time that grows no faster than the text."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shared.errors import BadRequest
from services.shared.json_input import read_json

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(values, st.booleans())
def test_what_is_json_is_read_as_it_was_written(value: Any, ascii_only: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_with_a_point_is_exact(number: Decimal) -> None:
    written = f"{number:E}" if abs(number.as_tuple().exponent) > 40 else f"{number:f}"  # type: ignore[arg-type]
    if len(written) > 64:
        return
    read = read_json(written.encode())
    assert Decimal(read) == number
    assert not isinstance(read, float)


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(BadRequest):
        read_json(body)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_javascript_knows_and_json_does_not_is_refused(constant: str) -> None:
    with pytest.raises(BadRequest, match="is not JSON"):
        read_json(f'{{"a": {constant}}}'.encode())


@pytest.mark.parametrize("body", ['{"a": 1, "a": 1}', '[{"b": {"c": 1, "c": 2}}]', '{"\\u0061": 1, "a": 2}'])
def test_a_name_that_comes_twice_is_refused(body: str) -> None:
    with pytest.raises(BadRequest, match="twice"):
        read_json(body.encode())


def test_half_a_character_in_a_name_is_refused() -> None:
    with pytest.raises(BadRequest, match="half a character"):
        read_json(b'{"a\\ud800": 1}')
    assert read_json(b'{"\\ud83d\\udc1d": 1}') == {"🐝": 1}


@pytest.mark.parametrize(
    "number", ["1" * 65, "0." + "1" * 65, "1e99999999999999999999", "-1e-99999999999999999999", "1" * 5_000]
)
def test_a_number_beyond_any_field_is_refused(number: str) -> None:
    with pytest.raises(BadRequest, match="number"):
        read_json(number.encode())


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000])
def test_a_body_nested_too_deeply_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        read_json(body)


def test_the_place_of_a_mistake_is_told() -> None:
    with pytest.raises(BadRequest, match="line 2, column 8"):
        read_json(b'{\n  "a": }')
    with pytest.raises(BadRequest, match="byte 6"):
        read_json(b'{"a":"\xff"}')
