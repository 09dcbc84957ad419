"""The currencies in use, against ISO 4217 as pycountry has it, and how amounts are shown in them."""

from __future__ import annotations

from decimal import Decimal

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shared.currencies import CURRENCIES, format_amount

NO_MONEY = {
    *("XAG", "XAU", "XPD", "XPT"),  # metals
    *("XBA", "XBB", "XBC", "XBD"),  # bond units
    *("XTS", "XXX"),  # for tests, and none
    *("XDR", "XSU", "XUA"),  # accounting units of institutions
    *("BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"),  # funds and indices
}
"""Codes of ISO 4217 in which nobody is paid."""

REPLACED = {"ANG", "BGN", "HRK", "SLL", "ZWL", "CUC", "VED"}
"""Given up or doubled in the last years; lists differ in how soon they say so."""


def test_we_have_the_currencies_of_iso_4217() -> None:
    theirs = {currency.alpha_3 for currency in pycountry.currencies} - NO_MONEY
    assert set(CURRENCIES) - theirs - REPLACED - {"XCG", "ZWG"} == set()
    assert theirs - set(CURRENCIES) - REPLACED == set()


def test_minor_units_are_those_of_iso_4217() -> None:
    assert {code for code, decimals in CURRENCIES.items() if decimals == 0} == set(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
    )
    assert {code for code, decimals in CURRENCIES.items() if decimals == 3} == set(
        "BHD IQD JOD KWD LYD OMR TND".split()
    )
    assert set(CURRENCIES.values()) == {0, 2, 3}


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1054.000", "USD", "1054.00"),
        ("1054.000", "JPY", "1054"),
        ("1054.000", "KWD", "1054.000"),
        ("-0.500", "EUR", "-0.50"),
        ("0.000", "JPY", "0"),
        ("1.005", "USD", "1.005"),  # more than the currency has: shown all the same
        ("1.500", "JPY", "1.500"),
        ("1.500", "", "1.50"),
        ("NaN", "USD", "NaN"),
    ],
)
def test_an_amount_is_shown_with_its_currencys_decimals(amount: str, currency: str, shown: str) -> None:
    assert format_amount(amount, currency) == shown


@given(st.decimals(-(10**10), 10**10, places=3), st.sampled_from(sorted(CURRENCIES)))
def test_what_is_shown_is_what_is_kept(amount: Decimal, currency: str) -> None:
    assert Decimal(format_amount(f"{amount:.3f}", currency)) == amount
