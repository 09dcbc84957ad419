"""Columns find their fields by name, label or as told."""

from __future__ import annotations

import pytest

from services.records.importing.columns import map_columns
from services.records.importing.options import Replacement, parse_column, parse_replacement
from services.registry import TABLES
from services.shared.errors import BadRequest

CUSTOMERS, OPPORTUNITIES = TABLES["customers"], TABLES["opportunities"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("company", "company"),
        ("COMPANY", "company"),
        ("Employees", "size"),
        ("parent company", "parent_id"),
        ("Parent_Company", "parent_id"),
        ("parent", "parent_id"),
        ("parent-id", "parent_id"),
        ("owner", "owner_id"),
    ],
)
def test_a_heading_is_a_fields_name_or_label_in_any_case(heading: str, field: str) -> None:
    assert map_columns(CUSTOMERS, (heading, "anything"), ()).pairs == ((heading, field),)


def test_what_is_told_goes_before_what_a_heading_says() -> None:
    columns = map_columns(CUSTOMERS, ("account", "company", "notes"), [("Account", "company"), ("notes", "")])
    assert columns.pairs == (("account", "company"),)
    assert columns.ignored == ("company", "notes")


def test_one_column_may_fill_two_fields() -> None:
    columns = map_columns(CUSTOMERS, ("name",), [("name", "company"), ("name", "notes")])
    assert columns.places == {"company": 0, "notes": 0}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([("acount", "company")], "There is no column 'acount'. Did you mean 'account'?"),
        ([("account", "compny")], "Customers have no field 'compny'. Did you mean 'company'?"),
        ([("account", "version")], "The field 'version' of Customers can't be set"),
        ([("account", "company"), ("notes", "company")], "both for the field company"),
    ],
)
def test_a_column_or_field_that_is_not_there_is_refused(given: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        map_columns(CUSTOMERS, ("account", "notes"), given)


def test_two_headings_for_one_field_are_refused() -> None:
    with pytest.raises(BadRequest, match="'size' and 'Employees' are both for the field size"):
        map_columns(CUSTOMERS, ("company", "size", "Employees"), ())


def test_a_file_without_any_known_column_is_refused() -> None:
    with pytest.raises(BadRequest, match="No column is a field of Customers. There are company, sector"):
        map_columns(CUSTOMERS, ("x", "y"), ())


@pytest.mark.parametrize("text", ["customer", "customer_id", "Customer", "CUSTOMER ID", "account"])
def test_a_replacement_names_its_field_by_name_label_or_heading(text: str) -> None:
    columns = map_columns(OPPORTUNITIES, ("account", "stage"), [("account", "customer")])
    assert columns.get_field(OPPORTUNITIES, text, "replace") == "customer_id"


@pytest.mark.parametrize(
    ("text", "message"),
    [("product", "no column is mapped to the field product"), ("stge", "Did you mean 'stage'")],
)
def test_a_replacement_of_a_field_without_column_is_refused(text: str, message: str) -> None:
    columns = map_columns(OPPORTUNITIES, ("account", "stage"), [("account", "customer")])
    with pytest.raises(BadRequest, match=message):
        columns.get_field(OPPORTUNITIES, text, "replace")


def test_a_heading_with_a_colon_can_be_mapped() -> None:
    assert parse_column("Account: name:company") == ("Account: name", "company")


@pytest.mark.parametrize("text", ["account", ":company", " :company", ""])
def test_a_mapping_without_column_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="COLUMN:FIELD"):
        parse_column(text)


@pytest.mark.parametrize("text", ["product", "product:GTXPro", "product:=x", ":a=b", "a=b"])
def test_a_replacement_without_its_parts_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="FIELD:OLD=NEW"):
        parse_replacement(text)


def test_a_replacement_is_cut_where_its_old_value_occurs() -> None:
    assert parse_replacement("product:GTXPro=GTX Pro") == Replacement("product", "GTXPro=GTX Pro")
    assert Replacement("notes", "a=b=c").split({"a=b"}) == ("a=b", "c")
    assert Replacement("notes", "a=b=c").split({"x"}) == ("a", "b=c")
    assert Replacement("notes", "x=").split({"x"}) == ("x", "")
