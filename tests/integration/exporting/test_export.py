"""What an export holds, for whom, and that an import finds nothing to change in it."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from services.records.exporting.engine import Format, export_records
from services.records.listing import Query
from services.registry import TABLES
from tests.integration.exporting.conftest import Export, Import
from tests.support.world import World

FORMATS: tuple[Format, ...] = ("csv", "xlsx")
CUSTOMERS = """company,sector,email,phone,website,size,founded,revenue,currency,country,parent,notes,owner,shared
Acme,Technology,a@acme.example,+1 415 555 0123,acme.example,0,1999,1054,JPY,United States,,,sam,yes
=Bolt(1),Medical,,,,12,,99999999999.99,USD,,Acme,=cmd|' /C calc'!A0,sue,no
"''=Cord, Ltd",,,,,,,0.5,eur,,=Bolt(1),"two
lines and a ""quote"" in it",sam,no
NULL,,,,,,,,USD,,,-5,sid,no
Ünï _x0041_ cödé,,,,,,,,USD,,,'tis,,no
"""
DEALS = """external_id,name,customer,product,stage,amount,currency,engaged_on,closed_on
00012,+1,Acme,GTX,Won,1.25,USD,2016-10-20,2017-03-01
1e5,=2,=Bolt(1),,Engaging,,USD,1899-12-31,
"""


def fill(put: Import) -> None:
    put("products", "name,price\nGTX,10\n")
    for table, text in (("customers", CUSTOMERS), ("opportunities", DEALS)):
        assert put(table, text).refused == ()


def table_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def column(content: bytes, heading: str) -> list[str]:
    headings, *lines = table_of(content)
    return [line[headings.index(heading)] for line in lines]


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("table", ["customers", "opportunities", "products", "people", "sectors"])
def test_what_was_exported_can_be_imported_and_changes_nothing(
    put: Import, export: Export, table: str, format_name: Format
) -> None:
    fill(put)
    report = put(table, export(table, format_name))
    assert report.refused == ()
    assert (report.created, report.updated, report.change_set) == (0, (), None)
    assert report.unchanged == report.lines > 0


@pytest.mark.parametrize("format_name", FORMATS)
def test_contacts_come_back_by_customer_and_name(put: Import, export: Export, format_name: Format) -> None:
    fill(put)
    put("contacts", "customer,name,phone\nAcme,Ann,+49 30 123\n=Bolt(1),Ann,\n", key=("customer", "name"))
    report = put("contacts", export("contacts", format_name), key=("customer", "name"))
    assert (report.unchanged, report.refused) == (2, ())


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_was_exported_goes_into_an_empty_table_as_it_was(
    put: Import, export: Export, clean_world: World, format_name: Format
) -> None:
    fill(put)
    content = export("customers", format_name)
    names = "company, sector, email, phone, size, founded, revenue, currency, country, notes, owner_id, shared"
    before = clean_world.owner(f"SELECT {names} FROM customers ORDER BY company")
    clean_world.owner("DELETE FROM opportunities")
    clean_world.owner("DELETE FROM customers")
    assert put("customers", content).created == len(before)
    assert clean_world.owner(f"SELECT {names} FROM customers ORDER BY company") == before


@pytest.mark.parametrize("format_name", FORMATS)
def test_records_without_a_key_of_their_own_come_back_by_their_ids(
    put: Import, export: Export, clean_world: World, format_name: Format
) -> None:
    clean_world.owner(
        "INSERT INTO opportunities (name, stage, currency) VALUES ('A', 'Won', 'USD'), ('B', 'Won', 'USD')"
    )
    content = export("opportunities", format_name)
    assert len(put("opportunities", content, apply=False).refused) == 2
    assert put("opportunities", content, key=("id",)).unchanged == 2
    a = clean_world.owner("SELECT id::text FROM opportunities WHERE name = 'A'")[0][0]
    report = put("opportunities", f"Id,Name\n{a},C\n", key=("Id",))
    assert [dict(update.changes) for update in report.updated] == [{"name": ("A", "C")}]


def test_an_id_that_is_none_makes_no_record(put: Import, clean_world: World) -> None:
    put("customers", "company,owner\nAcme,sid\n")
    hidden = clean_world.owner("SELECT id::text FROM customers")[0][0]
    report = put("customers", f"id,company\n{hidden},Bolt\n,Cord\nx,Dart\n", who="sam", key=("id",))
    assert [(refusal.line, refusal.field, refusal.reason) for refusal in report.refused] == [
        (2, "id", "There is no such record."),
        (3, "id", "This is required."),
        (4, "id", "This must be the id of a record. The file has 'x'."),
    ]
    assert report.created == 0


def test_a_link_is_a_name_and_an_id_and_only_the_id_where_the_record_is_hidden(
    put: Import, export: Export, clean_world: World
) -> None:
    fill(put)
    clean_world.owner("UPDATE customers SET owner_id = %s WHERE company = 'Acme'", (clean_world.ids["sid"],))
    acme = clean_world.owner("SELECT id::text FROM customers WHERE company = 'Acme'")[0][0]
    asked = {"fields": ["company", "parent_id"], "filters": ["company[starts]==Bolt"]}
    assert table_of(export("customers", **asked)) == [
        ["Company", "Parent company", "Parent company (id)"],
        ["'=Bolt(1)", "Acme", acme],
    ]
    hidden = export("customers", who="sue", **asked)
    assert table_of(hidden)[1] == ["'=Bolt(1)", acme, acme]
    assert put("customers", hidden, who="sue").unchanged == 1


def test_an_id_that_stands_for_no_record_that_the_importer_sees_is_refused(put: Import, clean_world: World) -> None:
    put("customers", "company,owner\nAcme,sid\n")
    acme = clean_world.owner("SELECT id::text FROM customers")[0][0]
    for record_id in (acme, "00000000-0000-7000-8000-000000000000"):
        for table, text in (("customers", "company,parent\nBolt"), ("opportunities", "external_id,customer,stage\n1")):
            line = f"{text},{record_id}" + (",Won\n" if table == "opportunities" else "\n")
            report = put(table, line, who="sam")
            assert [refusal.reason for refusal in report.refused] == ["There is no such record."]


def test_an_option_that_its_list_has_lost_stays_where_it_is_but_gets_nowhere_else(
    put: Import, export: Export, clean_world: World
) -> None:
    clean_world.owner("INSERT INTO sectors (name) VALUES ('Gone')")
    put("customers", "company,sector\nAcme,Gone\n")
    clean_world.owner("DELETE FROM sectors WHERE name = 'Gone'")
    assert put("customers", export("customers")).unchanged == 1
    report = put("customers", "company,sector\nAcme,Gone\nBolt,Gone\n")
    assert [(refusal.line, refusal.reason) for refusal in report.refused] == [(3, "There is no sector 'Gone'.")]


def test_everybody_exports_what_their_lists_show(put: Import, export: Export) -> None:
    fill(put)
    assert sorted(column(export("customers", who="sid"), "Company")) == ["NULL", "Ünï _x0041_ cödé"]
    assert len(column(export("customers", who="vic"), "Company")) == 5


def test_filters_words_order_and_fields_are_a_lists(put: Import, export: Export) -> None:
    fill(put)
    found = export("customers", q="o", sort="-company", fields=["company", "revenue"], filters=["currency[eq]=USD"])
    assert table_of(found) == [["Company", "Revenue"], ["'=Bolt(1)", "99999999999.99"]]


def test_headings_are_labels_with_a_second_column_for_a_links_id(export: Export) -> None:
    assert table_of(export("opportunities"))[0][:6] == [
        *("Id", "Opportunity id", "Name"),
        *("Customer", "Customer (id)", "Product"),
    ]


def test_cells_of_a_workbook_are_no_formulas(put: Import, export: Export) -> None:
    fill(put)
    sheet = load_workbook(io.BytesIO(export("customers", "xlsx")))["Records"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b"}
    assert "=Bolt(1)" in [row[1].value for row in sheet.iter_rows()]


@pytest.mark.parametrize("sort", ["-created_at", "company", "-revenue"])
def test_thousands_of_records_come_once_each_in_order(put: Import, clean_world: World, sort: str) -> None:
    lines = [f"C{number},{number % 7 or ''}" for number in range(2_300)]
    put("customers", "company,revenue\n" + "\n".join(lines))
    table = TABLES["customers"]
    for most, pages in ((None, (1_000, 2_000, 2_300)), (1_500, (1_000, 1_500)), (0, ())):
        out, told = io.BytesIO(), list[tuple[int, int]]()
        written = export_records(
            clean_world.caller("ada"),
            TABLES,
            table,
            Query.parse(table, sort=sort, fields=["company"]),
            format="csv",
            out=out,
            limit=most,
            progress=lambda done, total, told=told: told.append((done, total)),  # type: ignore[misc]
        )
        companies = column(out.getvalue(), "Company")
        total = 2_300 if most is None else most
        assert written == total == len(companies) == len(set(companies))
        assert told == [(done, total) for done in (0, *pages)]


class Enough(Exception):
    """Ends an export."""


@pytest.mark.parametrize("format_name", FORMATS)
def test_progress_can_end_an_export(put: Import, clean_world: World, format_name: Format) -> None:
    def end(done: int, _total: int) -> None:
        if done:
            raise Enough

    fill(put)
    table, out = TABLES["customers"], io.BytesIO()
    with pytest.raises(Enough):
        export_records(
            clean_world.caller("ada"), TABLES, table, Query.parse(table), format=format_name, out=out, progress=end
        )
