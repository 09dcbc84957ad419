"""Workbooks read the same as the CSV that a spreadsheet program would save."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from services.records.importing.serials import as_date, as_number
from services.records.importing.sheet import Sheet, read_sheet
from services.shared.errors import BadRequest, Invalid
from tests.support.xlsx import NAMESPACE, make_parts, make_sheet, make_xlsx


def sheet_of(book: Workbook) -> Any:
    return book.active


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        sheet_of(book).append(row)
    return saved(book)


def cells(content: bytes, name: str | None = None) -> list[tuple[int, tuple[str, ...]]]:
    return [(line.number, line.cells) for line in read_sheet(content, name).lines]


def by_hand(rows: str, **parts: str) -> Sheet:
    heading = '<row r="1"><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>'
    return read_sheet(make_xlsx(make_parts(make_sheet(heading + rows), **parts)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ätna", "Ätna"),
        (" two\nlines ", " two\nlines "),
        ("=1", "=1"),
        ("'=1", "'=1"),
        (7, "7"),
        (7.0, "7"),
        (-0.0, "0"),
        (1054.1, "1054.1"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (1e20, "100000000000000000000"),
        (123_456_789_012_345, "123456789012345"),
        (True, "true"),
        (False, "false"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime.fromisoformat("2026-01-31"), "2026-01-31"),
        (datetime.fromisoformat("2026-01-31 09:30"), "2026-01-31 09:30:00"),
        (time(9, 30), "09:30:00"),
    ],
)
def test_a_value_becomes_the_text_that_a_csv_has(value: Any, text: str) -> None:
    book = Workbook()
    sheet_of(book).append(["a", "b"])
    sheet_of(book).append(["x", value])
    if isinstance(value, str):
        sheet_of(book)["B2"].data_type = "s"
    assert cells(saved(book)) == [(2, ("x", text))]


def test_a_percentage_is_its_number() -> None:
    book = Workbook()
    sheet_of(book).append(["a"])
    sheet_of(book).append([0.25])
    sheet_of(book)["A2"].number_format = "0%"
    assert cells(saved(book)) == [(2, ("0.25",))]


def test_line_numbers_are_excels_and_blank_rows_and_columns_are_left_out() -> None:
    book = Workbook()
    sheet = sheet_of(book)
    sheet["A3"], sheet["B3"], sheet["A5"], sheet["B8"], sheet["A9"] = "a", "b", "x", "y", " "
    sheet["ZZ20"].number_format = "0.00"  # formatted, but empty
    assert cells(saved(book)) == [(5, ("x", "")), (8, ("", "y"))]


def test_a_cell_beyond_the_headings_makes_a_line_longer() -> None:
    assert cells(workbook(["a"], ["x", None, "z"])) == [(2, ("x", "", "z"))]


def test_the_first_visible_sheet_with_something_in_it_is_read_unless_another_is_named() -> None:
    book = Workbook()
    hidden, one, two = book.create_sheet("Hidden"), book.create_sheet("One"), book.create_sheet("Two")
    hidden.sheet_state = "hidden"
    for sheet in (hidden, one, two):
        sheet.append(["a"])
        sheet.append([sheet.title])
    content = saved(book)
    assert cells(content) == [(2, ("One",))]
    assert cells(content, "two") == [(2, ("Two",))]
    assert cells(content, "Hidden") == [(2, ("Hidden",))]
    with pytest.raises(BadRequest, match="no sheet 'Three' in the workbook. It has 'Sheet', 'Hidden', 'One', 'Two'"):
        read_sheet(content, "Three")
    sheet = read_sheet(content)
    list(sheet.lines)
    assert sheet.notes == ["The sheet 'One' was read; there are 4 sheets in the workbook."]


def test_merged_cells_are_noted_since_only_their_first_has_the_value() -> None:
    book = Workbook()
    for row in (["a", "b"], ["x", 1], [None, 2]):
        sheet_of(book).append(row)
    sheet_of(book).merge_cells("A2:A3")
    sheet = read_sheet(saved(book))
    assert [line.cells for line in sheet.lines] == [("x", "1"), ("", "2")]
    assert sheet.notes == ["Cells are merged (A2:A3): only the first of each has the value, the others are blank."]


def test_a_calendar_that_begins_in_1904_is_minded() -> None:
    book = Workbook()
    book.epoch = datetime.fromisoformat("1904-01-01")
    sheet_of(book).append(["a"])
    sheet_of(book).append([date(2026, 1, 31)])
    assert cells(saved(book)) == [(2, ("2026-01-31",))]


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', "Cell A2 is the error #DIV/0!."),
        ('<c t="e"><v>#N/A</v></c>', "Cell A2 is the error #N/A."),
        ("<c><f>1+1</f></c>", "Cell A2 is a formula without a value. Open the workbook in a spreadsheet program and s"),
        ("<c><f>1+1</f><v></v></c>", "Cell A2 is a formula without a value."),
        ('<c t="s"><v>9</v></c>', "Cell A2 refers to a text that is not there."),
        ("<c><v>1,5</v></c>", "Cell A2 is no number: '1,5'."),
        ("<c><v>1e999</v></c>", "Cell A2 is no number: '1e999'."),
    ],
)
def test_a_cell_without_a_value_that_can_be_read_says_why(cell: str, fault: str) -> None:
    (line,) = by_hand(f"<row>{cell}</row>").lines
    assert line.number == 2
    assert line.faults is not None
    assert line.faults[0].startswith(fault)


def test_formulas_are_their_values_and_texts_may_come_in_runs() -> None:
    shared = (
        f'<sst xmlns="{NAMESPACE}"><si><r><t>Al</t></r><r><t xml:space="preserve">pha </t></r>'
        "<rPh><t>phonetic</t></rPh></si><si><t>line_x000D_break</t></si></sst>"
    )
    rows = (
        '<row r="4"><c r="A4" t="s"><v>0</v></c><c r="B4"><f>1+1</f><v>2</v></c></row>'
        '<row r="5"><c r="A5" t="s"><v>1</v></c><c r="B5" t="str"><f>A4</f><v>x</v></c></row>'
        '<row r="6"><c r="B6" t="d"><v>2026-01-31</v></c></row><row r="7"/>'
    )
    assert [(line.number, line.cells) for line in by_hand(rows, sharedStrings=shared).lines] == [
        (4, ("Alpha ", "2")),
        (5, ("line\rbreak", "x")),
        (6, ("", "2026-01-31")),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('<row r="3"/><row r="2"/>', "The rows of the sheet are not in order after row 3"),
        ('<row r="1048577"/>', "not in order"),
        ('<row r="x"/>', "not in order"),
        ('<row r="2"><c r="B2"/><c r="A2"/></row>', "The cells of row 2 are not in order: 'A2'"),
        ('<row r="2"><c r="A3"/></row>', "not in order"),
        ('<row r="2"><c r="3"/></row>', "not in order"),
    ],
)
def test_rows_and_cells_out_of_order_are_refused(rows: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        list(by_hand(rows).lines)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (workbook(), "The file is empty"),
        (workbook(["a", "b"]), "nothing to import"),
        (workbook(["a", None, "c"], [1, 2, 3]), "heading of column 2 is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "Save it as XLSX"),
        (make_xlsx({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "Save the table as XLSX"),
        (make_xlsx({}), "Save the table as XLSX"),
        (b"PK\x03\x04 and then no more", "damaged, or not a workbook"),
        (workbook(["a"], [1])[:-200], "damaged, or not a workbook"),
    ],
)
def test_what_is_no_table_says_so(content: bytes, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        cells(content)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_without_exponent_to_15_digits(number: float) -> None:
    text = as_number(repr(number))
    assert text is not None
    assert "e" not in text.lower()
    assert Decimal(text) == Decimal(f"{number:.15g}")


@given(st.dates(date(1900, 3, 1), date(9999, 12, 31)))
def test_every_day_comes_out_of_its_number(day: date) -> None:
    assert as_date(str((day - date(1899, 12, 30)).days), from_1904=False) == day.isoformat()


@pytest.mark.parametrize("text", ["-1", "2958466", "1e300", "x", "nan"])
def test_a_number_that_is_no_day_is_none(text: str) -> None:
    assert as_date(text, from_1904=False) is None
