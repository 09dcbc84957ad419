"""The order of day and month is found in a whole column or asked for."""

from __future__ import annotations

import pytest

from services.records.importing.dates import DateOrder, find_order, to_iso


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["10/20/2016", "3/1/2017"], "MDY"),
        (["20/10/2016", "3/1/2017"], "DMY"),
        (["20-10-2016", "3-1-2017"], "DMY"),
        (["10/2/2016", "3/1/2017"], None),
        (["10/20/2016", "20/10/2016"], None),
        (["1/1/2016", "2/2/2017"], "any"),
        (["2016-10-02", "2.3.2017", "soon"], "any"),
        ([], "any"),
    ],
)
def test_the_order_follows_from_all_lines_or_is_left_open(values: list[str], order: str | None) -> None:
    assert find_order(values) == order


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("3/1/2017", "MDY", "2017-03-01"),
        ("3/1/2017", "DMY", "2017-01-03"),
        ("3.1.2017", "MDY", "2017-01-03"),
        ("2017-3-1", "MDY", "2017-03-01"),
        ("2017/03/01", "DMY", "2017-03-01"),
        ("1996-07-04 00:00:00.000", "MDY", "1996-07-04"),
        ("1996-07-04T00:00:00Z", "MDY", "1996-07-04"),
        ("7/4/1996 0:00", "MDY", "1996-07-04"),
        ("1996-07-04 08:30:00", "MDY", "1996-07-04 08:30:00"),
        ("4/7/96", "MDY", "4/7/96"),
        ("2/30/2017", "MDY", "2/30/2017"),
        ("1/1/0000", "MDY", "1/1/0000"),
        ("1-2/2016", "MDY", "1-2/2016"),
        ("soon", "MDY", "soon"),
    ],
)
def test_a_date_becomes_iso_and_what_is_none_stays_as_it_is(text: str, order: DateOrder, iso: str) -> None:
    assert to_iso(text, order) == iso
