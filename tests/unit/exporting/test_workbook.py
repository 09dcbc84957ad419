"""Workbooks as they are exported: typed cells, no formula, every text comes back."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.records.exporting.columns import Column, Columns
from services.records.exporting.workbook import WorkbookWriter, escape
from services.records.fields import Boolean, Date, Integer, LongText, Money, RecordField
from services.records.importing.sheet import read_sheet
from services.records.importing.workbook_parts import unescape
from services.shared.errors import Invalid

COLUMNS = Columns(
    tuple(
        Column(field.label, field.label.lower(), field)
        for field in (
            LongText(label="Text"),
            Integer(label="Number"),
            Money(label="Amount"),
            Date(label="Day"),
            Boolean(label="Truth"),
        )
    )
)


def written(rows: list[list[Any]], columns: Columns = COLUMNS) -> bytes:
    out = io.BytesIO()
    writer = WorkbookWriter(columns, out)
    try:
        writer.write(rows)
    except Invalid:
        writer.abandon()
        raise
    writer.close()
    return out.getvalue()


def one(field: RecordField) -> Columns:
    return Columns((Column("Key", "key", Integer(label="Key")), Column(field.label, "x", field)))


def test_cells_have_the_types_that_people_sort_and_add_up_by() -> None:
    sheet = load_workbook(io.BytesIO(written([["=1+1", -5, "1054.50", "2026-01-31", True]])))["Records"]
    cells: Any = next(sheet.iter_rows(min_row=2))
    text, number, amount, day, truth = cells
    assert (text.value, text.data_type) == ("=1+1", "s")
    assert (number.value, amount.value, truth.value) == (-5, 1054.5, True)
    assert amount.number_format == "0.00"
    assert (day.value, day.is_date) == (datetime.fromisoformat("2026-01-31"), True)
    assert sheet.freeze_panes == "A2"


def test_what_is_written_is_read_as_it_was() -> None:
    rows: list[list[Any]] = [
        ["=cmd|' /C calc'!A0", -5, "1054.50", "2026-01-31", True],
        ["'=1", 2_147_483_647, "99999999999.999", "1899-12-31", False],
        ["two\nlines\tand _x000D_ \r\x07", 0, "-0.001", "9999-12-31", False],
        ["#N/A", None, None, None, None],
        ["+49 30", None, None, None, None],
    ]
    read = [line.cells for line in read_sheet(written(rows)).lines]
    for cells, row in zip(read, rows, strict=True):
        text, number, amount, day, truth = (None if cell == "" else cell for cell in cells)
        assert (text, day) == (row[0], row[3])
        assert number == (None if row[1] is None else str(row[1]))
        assert (None if amount is None else Decimal(amount)) == (None if row[2] is None else Decimal(row[2]))
        assert truth == {True: "true", False: "false", None: None}[row[4]]


@given(st.text(st.one_of(st.sampled_from("_x005F\r\n="), st.characters(codec="utf-8"))))
def test_what_xml_has_not_is_escaped_and_comes_back(text: str) -> None:
    assert unescape(escape(text)) == text


@given(st.decimals(Decimal("-99999999999.999"), Decimal("99999999999.999"), places=3))
def test_every_amount_comes_back(amount: Decimal) -> None:
    (line,) = read_sheet(written([[1, f"{amount:f}"]], one(Money(label="Amount")))).lines
    assert Decimal(line.cells[1]) == amount


def test_a_text_that_no_cell_holds_is_refused() -> None:
    assert written([["x" * 32_767, None, None, None, None]])
    with pytest.raises(Invalid, match="Export as CSV"):
        written([["x" * 32_768, None, None, None, None]])
