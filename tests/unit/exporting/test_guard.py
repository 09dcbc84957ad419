"""No text that is exported is a formula, and every text comes back as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.records.exporting.columns import Column, Columns
from services.records.exporting.commas import CommaWriter
from services.records.fields import Integer, Phone, Text
from services.records.importing.guard import guard, unguard
from services.records.importing.sheet import read_sheet

TEXTS = st.text(
    st.one_of(
        st.sampled_from("'=+-@\t\r\n\",;\uff1d\uff0b\uff0d\uff20 a"),
        st.characters(codec="utf-8", exclude_characters="\0"),
    )
)
COLUMNS = Columns((Column("Name", "name", Text(label="Name")), Column("Notes", "notes", Text(label="Notes"))))


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+49 30 1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"]
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert guard(text) == f"'{text}"
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["", "Acme", "'tis", "''", "1-1", "a=b", "'"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guard(text) == text
    assert unguard(text) == text


@given(TEXTS)
def test_every_text_comes_back(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in {*"=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"}


def written(rows: list[list[object]], columns: Columns = COLUMNS) -> bytes:
    out = io.BytesIO()
    writer = CommaWriter(columns, out)
    writer.write(rows)
    writer.close()
    return out.getvalue()


@given(st.lists(st.tuples(TEXTS.filter(str.strip), TEXTS), min_size=1, max_size=5))
def test_a_csv_comes_back_cell_by_cell(rows: list[tuple[str, str]]) -> None:
    read = read_sheet(written([list(row) for row in rows]))
    assert [line.cells for line in read.lines] == rows


def test_a_csv_is_what_excel_and_rfc_4180_want() -> None:
    assert written([['say "hi", all', None], ["two\nlines", "x"]]) == (
        b'\xef\xbb\xbfName,Notes\r\n"say ""hi"", all",\r\n"two\nlines",x\r\n'
    )


def test_numbers_are_not_guarded_but_telephone_numbers_are() -> None:
    columns = Columns(
        (
            Column("Size", "size", Integer(label="Size")),
            Column("Phone", "phone", Phone(label="Phone")),
            Column("Shared", "shared", Text(label="Shared")),
        )
    )
    text = written([[-5, "+49 30 1", True]], columns).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1] == ["-5", "'+49 30 1", "true"]
